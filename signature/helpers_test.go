package signature_test

import "github.com/ringback-go/ringback/internal/form"

type formPair = form.Pair

func parsePairs(body string) ([]formPair, error) {
	return form.Parse(body, form.Limits{Lenient: true})
}
