package twiml

// A CustomElement is an element that this package does not know, made by
// [Custom].
type CustomElement struct {
	element
	names named
}

// Custom makes an element that this package does not know yet. It may stand
// anywhere and hold anything:
//
//	twiml.Voice(twiml.Custom("Sing", twiml.Text("la la la")).Attr("key", "C"))
//
// A name that is not an XML name is an error when the document is rendered.
func Custom(name string, content ...Content) *CustomElement {
	v := &CustomElement{element: element{tag: tagCustom}, names: named{name: name}}
	v.named = &v.names
	v.kids = collect(nil, content)
	return v
}

// Attr sets an attribute. A name that is not an XML name is an error when the
// document is rendered.
func (v *CustomElement) Attr(name, value string) *CustomElement {
	v.putNamed(name, value)
	return v
}

func (v *CustomElement) part() slot {
	if v == nil {
		return slot{}
	}
	return slot{el: &v.element}
}
