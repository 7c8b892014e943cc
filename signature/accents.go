package signature

import (
	"strings"
	"unicode/utf16"
)

// accents lists, for each combining mark, letters and what they are composed
// with it. It covers the Latin letters that people text in; the diagnosis
// needs no more, and the verifier none of it.
var accents = map[rune]string{
	'\u0300': "AÀEÈIÌOÒUÙNǸaàeèiìoòuùnǹ",
	'\u0301': "AÁEÉIÍOÓUÚYÝCĆNŃSŚZŹLĹRŔaáeéiíoóuúyýcćnńsśzźlĺrŕ",
	'\u0302': "AÂEÊIÎOÔUÛCĈGĜHĤJĴSŜWŴYŶaâeêiîoôuûcĉgĝhĥjĵsŝwŵyŷ",
	'\u0303': "AÃNÑOÕIĨUŨaãnñoõiĩuũ",
	'\u0304': "AĀEĒIĪOŌUŪaāeēiīoōuū",
	'\u0306': "AĂEĔGĞIĬOŎUŬaăeĕgğiĭoŏuŭ",
	'\u0307': "CĊEĖGĠIİZŻcċeėgġzż",
	'\u0308': "AÄEËIÏOÖUÜYŸaäeëiïoöuüyÿ",
	'\u030a': "AÅUŮaåuů",
	'\u030b': "OŐUŰoőuű",
	'\u030c': "CČDĎEĚNŇRŘSŠTŤZŽLĽcčdďeěnňrřsštťzžlľ",
	'\u0327': "CÇGĢKĶLĻNŅRŖSŞTŢcçgģkķlļnņrŗsştţ",
	'\u0328': "AĄEĘIĮUŲaąeęiįuų",
}

func composed(s string) string   { return accentReplacer(false).Replace(s) }
func decomposed(s string) string { return accentReplacer(true).Replace(s) }

func accentReplacer(apart bool) *strings.Replacer {
	var table []string
	for mark, letters := range accents {
		list := []rune(letters)
		for i := 0; i+1 < len(list); i += 2 {
			two, one := string([]rune{list[i], mark}), string(list[i+1])
			if apart {
				one, two = two, one
			}
			table = append(table, two, one)
		}
	}
	return strings.NewReplacer(table...)
}

func utf16Of(s string) []uint16 { return utf16.Encode([]rune(s)) }
