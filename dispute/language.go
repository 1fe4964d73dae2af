package dispute

import "slices"

// Language is what people are told in, as a BCP 47 tag.
type Language string

// The languages that notices are written in.
const (
	LanguageChinese Language = "zh-CN"
	LanguageEnglish Language = "en"
)

// Languages lists them.
func Languages() []Language { return []Language{LanguageChinese, LanguageEnglish} }

// Known says whether notices are written in the language.
func (l Language) Known() bool { return slices.Contains(Languages(), l) }

// NoticeLanguage is the language of a notice: the one chosen, else the policy's, else
// Chinese.
func (b *Rulebook) NoticeLanguage(chosen Language) Language {
	for _, l := range []Language{chosen, b.policy.Delivery.Language} {
		if l.Known() {
			return l
		}
	}
	return LanguageChinese
}
