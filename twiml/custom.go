package twiml

// A CustomElement is an element that this package does not know, made by
// [Custom].
type CustomElement struct {
	*element
}

// Custom makes an element that this package does not know yet. It may stand
// anywhere and hold anything:
//
//	twiml.Voice(twiml.Custom("Sing", twiml.Text("la la la")).Attr("key", "C"))
//
// A name that is not an XML name is an error when the document is rendered.
func Custom(name string, content ...Content) *CustomElement {
	v := &element{tag: tagCustom}
	v.makeRare().name = name
	v.adopt(collect(nil, content))
	return &CustomElement{v}
}

// Attr sets an attribute. A name that is not an XML name is an error when the
// document is rendered.
func (v *CustomElement) Attr(name, value string) *CustomElement {
	v.putNamed(name, value)
	return v
}

func (v *CustomElement) part() slot {
	if v == nil || v.element == nil {
		return slot{}
	}
	return slot{el: v.element}
}
