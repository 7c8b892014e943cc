package main

import "testing"

func BenchmarkRows(b *testing.B) {
	for _, r := range rows() {
		for _, c := range r.contenders {
			b.Run(r.name+"/"+c.name, c.run)
		}
	}
}
