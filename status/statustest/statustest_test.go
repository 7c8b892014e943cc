package statustest_test

import (
	"testing"

	"github.com/ringback-go/ringback/status"
	"github.com/ringback-go/ringback/status/statustest"
)

func TestMemory(t *testing.T) {
	statustest.TestStore(t, func(testing.TB) status.Store { return new(status.Memory) })
}
