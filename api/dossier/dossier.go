// Package dossier makes one archive of everything that is on record of a case, for a
// court, a mediator or 12315: a page to read, the documents behind it, and what it
// takes to check that nothing was changed.
package dossier

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Options is how an archive is made.
type Options struct {
	Zone     *time.Location // in which the page shows times
	Internal bool           // with notes that are for staff only
	// Open returns the bytes of a piece of evidence; CodeNotFound where there are none.
	Open func(sha256 string) (io.ReadCloser, error)
	Now  time.Time // to know what is being erased just now; it is not shown
}

//go:embed README.txt
var readme string

// File is one file of the archive, as the manifest names it.
type File struct {
	Path   string `json:"path"`
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// evidence is a piece of evidence and what became of its bytes.
type evidence struct {
	dispute.EvidenceFile
	Path string `json:"path,omitempty"` // in the archive
	// State is included, erased, missing, or altered: its bytes do not have the hash.
	State   string `json:"state"`
	content io.ReadCloser
	Words   string `json:"-"` // of a text, to be read on the page
}

// The states of a piece of evidence in an archive.
const (
	stateIncluded = "included"
	stateErased   = "erased"
	stateMissing  = "missing"
	stateAltered  = "altered"
)

// archive is one archive being written.
type archive struct {
	zip      *zip.Writer
	at       time.Time // of every file: that of the case's last entry
	files    []File
	evidence []evidence
	d        dispute.Dossier
	o        Options
}

// Archive is a dossier whose evidence has been found: from here on only the disk or
// the reader can fail.
type Archive struct{ a archive }

// New opens the evidence. It fails as Options.Open does, but for CodeNotFound.
func New(d dispute.Dossier, o Options) (_ *Archive, err error) {
	a := archive{d: d, o: o, at: d.Record.Case.OpenedAt}
	if n := len(d.Timeline); n > 0 {
		a.at = d.Timeline[n-1].At
	}
	if !o.Internal {
		a.d.Texts = slices.DeleteFunc(slices.Clone(d.Texts), func(t dispute.Text) bool { return t.Internal })
	}
	if o.Zone == nil {
		a.o.Zone = time.UTC
	}
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	for i, e := range d.Evidence {
		item := evidence{EvidenceFile: e, State: stateErased}
		if !d.Record.Retention.Erased() {
			item.content, err = o.Open(e.SHA256)
			switch {
			case err == nil:
				item.State, item.Path = stateIncluded, fmt.Sprintf("evidence/%02d-%s%s", i+1, clean(e.ID), extension(e))
			case dispute.CodeOf(err) != dispute.CodeNotFound:
				return nil, err
			case d.Record.Retention.Over(o.Now):
				err = nil // being erased just now
			default:
				item.State, err = stateMissing, nil
			}
		}
		a.evidence = append(a.evidence, item)
	}
	return &Archive{a}, nil
}

func (a *archive) close() {
	for _, e := range a.evidence {
		if e.content != nil {
			e.content.Close()
		}
	}
}

// Close lets the evidence go; for an archive that is not written.
func (w *Archive) Close() { w.a.close() }

// WriteTo writes the archive and closes it.
func (w *Archive) WriteTo(out io.Writer) (int64, error) {
	a, counted := &w.a, &counter{out: out}
	defer a.close()
	a.zip = zip.NewWriter(counted)
	for _, step := range []func() error{a.putEvidence, a.putDocuments, a.putRules, a.putPage, a.putManifest, a.zip.Close} {
		if err := step(); err != nil {
			return counted.n, fmt.Errorf("dossier of %s: %w", a.d.Record.Case.ID, err)
		}
	}
	return counted.n, nil
}

type counter struct {
	out io.Writer
	n   int64
}

func (c *counter) Write(p []byte) (int, error) {
	n, err := c.out.Write(p)
	c.n += int64(n)
	return n, err
}

// create begins a file of the archive. Its hash and size are known once put has ended.
func (a *archive) create(path string) (io.Writer, hash.Hash, error) {
	f, err := a.zip.CreateHeader(&zip.FileHeader{Name: path, Method: zip.Deflate, Modified: a.at.UTC()})
	if err != nil {
		return nil, nil, err
	}
	sum := sha256.New()
	return io.MultiWriter(f, sum), sum, nil
}

func (a *archive) put(path string, content io.Reader) (sum string, err error) {
	out, sha, err := a.create(path)
	if err != nil {
		return "", err
	}
	size, err := io.Copy(out, content)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	sum = hex.EncodeToString(sha.Sum(nil))
	a.files = append(a.files, File{Path: path, SHA256: sum, Size: size})
	return sum, nil
}

func (a *archive) putJSON(path string, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	_, err := a.put(path, &b)
	return err
}

func (a *archive) putEvidence() error {
	for i := range a.evidence {
		e := &a.evidence[i]
		if e.content == nil {
			continue
		}
		var content io.Reader = e.content
		words := &beginning{room: wordsOnPage}
		if strings.HasPrefix(e.MediaType, "text/plain") {
			content = io.TeeReader(e.content, words)
		}
		sum, err := a.put(e.Path, content)
		if err != nil {
			return err
		}
		if e.Words = strings.ToValidUTF8(words.String(), "\ufffd"); words.cut {
			e.Words += " …"
		}
		if sum != e.SHA256 {
			e.State = stateAltered
		}
	}
	return nil
}

// wordsOnPage is how much of a text the page shows; the file has all of it.
const wordsOnPage = 20_000

// beginning keeps the first bytes written to it.
type beginning struct {
	strings.Builder
	room int
	cut  bool
}

func (b *beginning) Write(p []byte) (int, error) {
	keep := p[:min(len(p), b.room-b.Len())]
	b.cut = b.cut || len(keep) < len(p)
	if _, err := b.Builder.Write(keep); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (a *archive) putDocuments() error {
	c := a.d.Record.Case
	for _, doc := range []struct {
		path string
		v    any
	}{
		{"case.json", c}, {"timeline.json", orNone(a.d.Timeline)}, {"chain.json", a.d.Chain}, {"texts.json", orNone(a.d.Texts)},
		{"evidence.json", orNone(a.evidence)},
		{"decisions.json", map[string]any{"liability": orNone(c.Liability), "offers": orNone(c.Offers), "decisions": orNone(c.Decisions),
			"approvals": orNone(c.Approvals), "appeals": orNone(c.Appeals), "explanation": c.Explanation}},
		{"clocks.json", map[string]any{"now": orNone(c.Clocks), "history": orNone(clockHistory(a.d.Timeline))}},
		{"money.json", map[string]any{"movements": orNone(a.d.Movements), "legs": orNone(moneyLegs(c)), "remedies": orNone(c.Remedies)}},
		{"notices.json", orNone(a.d.Notices)}, {"partner-reports.json", orNone(a.d.Reports)}, {"recoveries.json", orNone(a.d.Recoveries)},
		{"citations.json", orNone(citations(c))},
	} {
		if err := a.putJSON(doc.path, doc.v); err != nil {
			return err
		}
	}
	table, err := timelineCSV(a.d.Timeline)
	if err != nil {
		return err
	}
	_, err = a.put("timeline.csv", table)
	return err
}

// orNone has an empty list written as one.
func orNone[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// timelineCSV is the timeline for a spreadsheet; what it would take for a formula is
// defused, so that the chain is checked with timeline.json.
func timelineCSV(entries []dispute.SealedEntry) (io.Reader, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	rows := [][]string{{"seq", "at", "type", "actor_role", "actor_id", "stage", "reason", "event_id", "data", "prev_hash", "hash"}}
	for _, e := range entries {
		rows = append(rows, []string{strconv.FormatInt(e.Seq, 10), e.At.UTC().Format(time.RFC3339Nano), string(e.Type), string(e.Actor.Role),
			dispute.SafeCell(e.Actor.ID), string(e.Stage), dispute.SafeCell(e.Reason), dispute.SafeCell(e.EventID),
			dispute.SafeCell(string(e.Data)), e.PrevHash, e.Hash})
	}
	return &b, w.WriteAll(rows)
}

func (a *archive) putRules() error {
	taken := map[string]bool{}
	for _, p := range a.d.Policies {
		var names []string
		for name := range p.Files {
			names = append(names, name)
		}
		slices.Sort(names)
		for _, name := range names {
			path := "rules/" + clean(p.ID()) + "/" + cleanPath(name)
			if taken[path] {
				return errors.New("two files of " + p.ID() + " have one name")
			}
			taken[path] = true
			if _, err := a.put(path, strings.NewReader(p.Files[name])); err != nil {
				return err
			}
		}
	}
	return nil
}

// putManifest writes the list of all other files, for people and for sha256sum.
func (a *archive) putManifest() error {
	if _, err := a.put("README.txt", strings.NewReader(readme)); err != nil {
		return err
	}
	listed := slices.Clone(a.files)
	slices.SortFunc(listed, func(x, y File) int { return strings.Compare(x.Path, y.Path) })
	var sums strings.Builder
	for _, f := range listed {
		fmt.Fprintf(&sums, "%s  %s\n", f.SHA256, f.Path)
	}
	if _, err := a.put("SHA256SUMS", strings.NewReader(sums.String())); err != nil {
		return err
	}
	c := a.d.Record.Case
	var head string
	if n := len(a.d.Timeline); n > 0 {
		head = a.d.Timeline[n-1].Hash
	}
	return a.putJSON("manifest.json", map[string]any{"case_id": c.ID, "case_version": c.Version, "policy_version": c.PolicyVersion,
		"as_of": a.at.UTC(), "timeline_entries": len(a.d.Timeline), "timeline_head": head, "timeline_intact": a.d.Chain.Intact,
		"internal_notes": a.o.Internal, "files": listed})
}

// clean makes a name safe for an archive: letters, digits, dot, dash and underscore.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_', r == '.', r == '@':
			return r
		}
		return '_'
	}, name)
	if name = strings.TrimLeft(strings.ReplaceAll(name, "..", "_"), "."); name == "" {
		return "_"
	}
	if len(name) > 100 {
		name = name[:100]
	}
	return name
}

// cleanPath does so with each part of a path; no part goes up.
func cleanPath(path string) string {
	parts := strings.Split(path, "/")
	for i := range parts {
		parts[i] = clean(parts[i])
	}
	return strings.Join(parts, "/")
}

func extension(e dispute.EvidenceFile) string {
	known := map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heic": ".heic",
		"application/pdf": ".pdf", "video/mp4": ".mp4"}
	if x := known[e.MediaType]; x != "" {
		return x
	}
	if strings.HasPrefix(e.MediaType, "text/plain") {
		return ".txt"
	}
	return ".bin"
}
