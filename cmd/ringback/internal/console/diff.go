package console

// line is one line of a difference.
type line struct {
	Op   string `json:"op"` // " ", "-", "+"
	Text string `json:"text"`
}

// diffLimit is the maximum number of lines that are compared, because the table
// has as many cells as their product.
const diffLimit = 1500

// difference compares two texts by lines, by their longest common subsequence.
// Common lines at the start and the end, which are nearly all, are skipped.
func difference(a, b []string) []line {
	var head, tail []line
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		head = append(head, line{" ", a[0]})
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		tail = append(tail, line{" ", a[len(a)-1]})
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	out := head
	if len(a) <= diffLimit && len(b) <= diffLimit {
		out = append(out, middle(a, b)...)
	} else {
		for _, text := range a {
			out = append(out, line{"-", text})
		}
		for _, text := range b {
			out = append(out, line{"+", text})
		}
	}
	for i := len(tail) - 1; i >= 0; i-- {
		out = append(out, tail[i])
	}
	return out
}

func middle(a, b []string) (out []line) {
	// common[i][j] is how many lines a[i:] and b[j:] have in common.
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, line{" ", a[i]})
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out = append(out, line{"-", a[i]})
			i++
		default:
			out = append(out, line{"+", b[j]})
			j++
		}
	}
	return out
}
