package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"

	"github.com/beevik/etree"

	"github.com/ringback-go/ringback/twiml"
)

// parseRows compare reading a document into a tree, ours with every check of
// the threat model's T18, with the tokens of encoding/xml (which builds no tree)
// and with etree (which checks nothing of T18).
func parseRows() []row {
	return []row{
		parseRow("parse/ivr-menu", []byte(ringbackMenu())),
		parseRow("parse/50-verbs-ssml", []byte(ringbackFifty())),
	}
}

func parseRow(name string, doc []byte) row {
	return row{
		name: name,
		contenders: []contender{
			{name: "ringback", run: loop(func() error {
				_, err := twiml.Parse(doc)
				return err
			})},
			{name: "encoding/xml tokens", run: loop(func() error {
				dec := xml.NewDecoder(bytes.NewReader(doc))
				for {
					if _, err := dec.Token(); errors.Is(err, io.EOF) {
						return nil
					} else if err != nil {
						return err
					}
				}
			})},
			{name: "beevik/etree", run: loop(func() error { return etree.NewDocument().ReadFromBytes(doc) })},
		},
		ratios: []ratio{{peer: "encoding/xml tokens", atLeast: 2.5}, {peer: "beevik/etree", atLeast: 4}},
	}
}
