package dispute

import (
	"strings"
	"unicode"
)

// Fold brings a text into the one form in which words are compared: lower case,
// full-width letters and digits in their usual width, Latin letters without accents,
// and the traditional characters of after-sales matters as simplified ones.
func Fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～':
			r -= '！' - '!'
		case r == '　', r == ' ':
			r = ' '
		}
		r = unicode.ToLower(r)
		if plain, ok := unaccented[r]; ok {
			return plain
		}
		if simple, ok := simplified[r]; ok {
			return simple
		}
		return r
	}, text)
}

// pairs reads a table of runes: each first one stands for the second.
func pairs(text string) map[rune]rune {
	table := map[rune]rune{}
	runes := []rune(strings.ReplaceAll(text, " ", ""))
	for i := 0; i+1 < len(runes); i += 2 {
		table[runes[i]] = runes[i+1]
	}
	return table
}

var unaccented = pairs("àaáaâaãaäaåa çc èeéeêeëe ìiíiîiïi ñn òoóoôoõoöoøo ùuúuûuüu ýyÿy šsžz")

// simplified are the traditional characters that complaints and articles about orders,
// parcels and money are made of; it is no converter of the language.
var simplified = pairs("換换 顯显 貨货 壞坏 損损 發发 單单 訂订 運运 費费 質质 題题 維维 錯错 號号 遞递 遲迟 態态 優优 價价 點点 賠赔 償偿 郵邮 " +
	"裝装 開开 關关 說说 購购 買买 賣卖 圖图 請请 問问 麼么 嗎吗 們们 這这 個个 沒没 還还 會会 時时 間间 後后 來来 過过 為为 與与 對对 " +
	"應应 該该 從从 當当 現现 實实 際际 產产 標标 準准 條条 務务 員员 服服 聯联 繫系 電电 話话 訊讯 訴诉 帳账 賬账 戶户 額额 錢钱 " +
	"銀银 領领 簽签 驗验 檢检 測测 舊旧 顏颜 碼码 寬宽 長长 緊紧 鬆松 漏漏 缺缺 貼贴 膠胶 箱箱 紙纸 盒盒 殼壳 膜膜 燈灯 線线 " +
	"機机 無无 響响 聲声 關关 閉闭 啟启 動动 斷断 連连 網网 絡络 車车 輪轮 廠厂 商商 偽伪 假假 執执 據据 證证 書书 稱称 認认 識识 " +
	"辦办 處处 幾几 數数 樣样 種种 類类 選选 擇择 決决 論论 評评 級级 別别 總总 補补 寄寄 達达 遠远 邊边 區区 縣县 鄉乡 鎮镇 灣湾 國国")

// isHan says whether a rune is written without blanks between words: then pairs of
// neighbours stand for words.
func isHan(r rune) bool {
	return unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r)
}

// spelled splits a folded text into its runs of Han characters and its other words.
func spelled(folded string) (han []string, words []string) {
	var run, word strings.Builder
	end := func(b *strings.Builder, to *[]string) {
		if b.Len() > 0 {
			*to = append(*to, b.String())
			b.Reset()
		}
	}
	for _, r := range folded {
		switch {
		case isHan(r):
			end(&word, &words)
			run.WriteRune(r)
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			end(&run, &han)
			word.WriteRune(r)
		case r == '\'' || r == '’': // don't is one word
		default:
			end(&run, &han)
			end(&word, &words)
		}
	}
	end(&run, &han)
	end(&word, &words)
	return han, words
}

// heard is a text made ready for phrases to be looked for in it.
type heard struct {
	han   string // its Han characters, runs apart
	words string // its other words, each between blanks
}

func hear(text string) heard {
	han, words := spelled(Fold(text))
	return heard{han: strings.Join(han, " "), words: " " + strings.Join(words, " ") + " "}
}

// has says whether the phrase stands in the text: one with Han characters anywhere,
// one of Latin words as whole words; `refund*` stands for all that begins so.
func (h heard) has(phrase string) bool {
	open := strings.HasSuffix(phrase, "*")
	han, words := spelled(Fold(phrase))
	if len(han) == 0 && len(words) == 0 {
		return false
	}
	for _, run := range han {
		if !strings.Contains(h.han, run) {
			return false
		}
	}
	if len(words) == 0 {
		return true
	}
	wanted := " " + strings.Join(words, " ")
	if !open {
		wanted += " "
	}
	return strings.Contains(h.words, wanted)
}
