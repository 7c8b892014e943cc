// Command gen writes every *_gen.go of the module from the structs in package
// webhook and the facts in internal/spec. Run it by
//
//	go generate ./...
//
// It needs only Go and writes the same bytes every time. A test fails if a file
// in the tree is stale.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

//go:generate go run . ../..

func main() {
	root := "."
	if len(os.Args) > 1 {
		root = os.Args[1]
	}
	if err := run(root); err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

func run(root string) error {
	outs, err := outputs(root)
	if err != nil {
		return err
	}
	for _, o := range outs {
		src, err := o.render()
		if err != nil {
			return err
		}
		path := filepath.Join(root, filepath.FromSlash(o.path))
		if err := os.WriteFile(path, src, 0o644); err != nil {
			return err
		}
	}
	return nil
}
