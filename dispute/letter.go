package dispute

import (
	"path"
	"strings"
	"sync"
	"text/template"
	"time"
	"unicode"
)

// The limits of a letter, in characters; what is longer is cut.
const (
	maxSubject = 200
	maxLetter  = 20_000
)

// Letter puts a notice into words. It never fails: where the policy has no template for
// it, or one that does not work, the words of the newest default policy are taken, and
// the letter's source says so.
func (b *Rulebook) Letter(n OutboxNotice) Letter {
	language := b.NoticeLanguage(n.Language)
	own, builtIn := b.policy.Templates[language], builtInWording()[language]
	w := writer{language: language, zone: b.zone(), words: own.Words, fallback: builtIn.Words}
	facts := noticeFacts(n)
	for _, try := range []struct {
		source   string
		wording  Wording
		template NoticeTemplate
	}{
		{WordingPolicy, own, own.Notices[n.Notice.Milestone]},
		{WordingBuiltIn, builtIn, builtIn.Notices[n.Notice.Milestone]},
		{WordingOther, own, own.Other},
		{WordingOther, builtIn, builtIn.Other},
	} {
		if try.template.Subject == "" || try.template.Text == "" {
			continue
		}
		subject, err1 := w.write(try.template.Subject, facts)
		text, err2 := w.write(try.template.Text, facts)
		if err1 != nil || err2 != nil || oneLine(subject) == "" || strings.TrimSpace(text) == "" {
			continue
		}
		if n.Notice.To == RoleCustomer {
			text = w.frame(try.wording, facts, text)
		}
		return Letter{Language: language, Subject: oneLine(subject), Text: bodyText(text), Source: try.source}
	}
	return Letter{Language: language, Subject: "Redress: " + string(n.Notice.Milestone), Text: n.CaseID, Source: WordingOther}
}

// frame puts greeting and closing around a text to a customer.
func (w writer) frame(wording Wording, facts map[string]any, text string) string {
	parts := []string{}
	for _, part := range []string{wording.Greeting, text, wording.Closing} {
		if part != text {
			written, err := w.write(part, facts)
			if err != nil {
				continue
			}
			part = written
		}
		if part = strings.TrimSpace(part); part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n\n")
}

// HeldUntil is when a notice may go out that would disturb somebody now: one to a
// customer that is not urgent waits for the end of the quiet hours, where the policy
// says how notices are delivered. Staff and systems are told at any time.
func (b *Rulebook) HeldUntil(n OutboxNotice, at time.Time) (time.Time, bool) {
	if n.Notice.To != RoleCustomer || b.policy.Delivery.Language == "" {
		return time.Time{}, false
	}
	for _, urgent := range b.policy.Delivery.Urgent {
		if urgent == n.Notice.Milestone {
			return time.Time{}, false
		}
	}
	q, err := parseQuietHours(b.policy.QuietHours)
	if err != nil || q == nil {
		return time.Time{}, false
	}
	_, end, quiet := q.around(at, b.zone())
	return end.UTC(), quiet
}

// writer fills templates in one language.
type writer struct {
	language Language
	zone     *time.Location
	words    map[string]string
	fallback map[string]string
}

// write fills one template. Errors are those of a template that the check would refuse.
func (w writer) write(text string, facts map[string]any) (string, error) {
	t, err := template.New("notice").Funcs(w.functions()).Option("missingkey=zero").Parse(text)
	if err != nil {
		return "", Errorf(CodeInvalid, "template: %w", err)
	}
	var out strings.Builder
	if err := t.Execute(&out, facts); err != nil {
		return "", Errorf(CodeInvalid, "template: %w", err)
	}
	return out.String(), nil
}

// oneLine makes a subject: one line without control characters.
func oneLine(text string) string {
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), " ")
	if r := []rune(text); len(r) > maxSubject {
		text = string(r[:maxSubject-1]) + "…"
	}
	return text
}

// bodyText tidies a text: no control characters, no more than one empty line together.
func bodyText(text string) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text)
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimRight(line, " \t")
		if line == "" && (len(lines) == 0 || lines[len(lines)-1] == "") {
			continue
		}
		lines = append(lines, line)
	}
	text = strings.TrimSpace(strings.Join(lines, "\n"))
	if r := []rune(text); len(r) > maxLetter {
		text = string(r[:maxLetter-1]) + "…"
	}
	return text
}

// builtInWording is the wording of the newest default policy of this binary: for the
// policies of earlier formats, which have none.
var builtInWording = sync.OnceValue(func() map[Language]Wording {
	text, err := ruleFiles.ReadFile(path.Join("policies", "default", "3", noticesFile))
	if err != nil {
		return nil
	}
	var p Policy
	if _, err := readYAMLFiles(noticesFile, []yamlText{{noticesFile, string(text)}}, &p); err != nil {
		return nil
	}
	return p.Templates
})

// noticesFile is the file of the embedded policies that holds their wording.
const noticesFile = "notices.yaml"
