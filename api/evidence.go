package api

import (
	"context"
	"mime"
	"path/filepath"
	"strings"
	"time"

	"github.com/redresshq/redress/dispute"
)

// AddEvidence records a file whose bytes are on disk already, or a text. The row
// and the event that will reach the case are committed together.
func (s *Server) AddEvidence(ctx context.Context, r AddEvidenceRequestObject) (AddEvidenceResponseObject, error) {
	x := exchangeOf(ctx)
	if err := takesBytes(x.record); err != nil {
		return nil, err
	}
	up := x.upload
	if up == nil {
		if r.JSONBody == nil {
			return nil, malformed("the body is missing")
		}
		var err error
		if up, err = s.keepBytes(ctx, x.caseID(), strings.NewReader(r.JSONBody.Text)); err != nil {
			return nil, err
		}
		up.kind, up.mediaType = r.JSONBody.Type, plainText
	}
	if r.JSONBody != nil && dispute.SaysAmendment(up.kind) {
		// The order system is told these words: they are a text of the case as well.
		if err := s.Store.AddText(ctx, dispute.Text{ID: dispute.AmendmentTextPrefix + x.derived("ev"), CaseID: x.caseID(), Kind: textAmendment,
			Author: x.actor(), Body: r.JSONBody.Text, CreatedAt: s.now()}); err != nil {
			return nil, err
		}
	}
	added, err := s.Store.AddEvidence(ctx, dispute.EvidenceSubmission{CaseID: x.caseID(), FileName: up.fileName,
		Evidence: dispute.Evidence{ID: x.derived("ev"), Type: up.kind, SubmittedBy: x.actor(), SHA256: up.sha256,
			MediaType: up.mediaType, Size: up.size, ReceivedAt: s.now()}})
	if err != nil {
		return nil, err
	}
	if added.Type != up.kind {
		return nil, dispute.Invalid("the case has this file already", dispute.Field{Pointer: "/type",
			Detail: "the same bytes are on record as " + string(added.Type) + " (" + added.ID + "); hand in another file, or say so in a note"})
	}
	location := "/v1/cases/" + x.caseID() + "/evidence/" + added.ID + "/content"
	return AddEvidence201JSONResponse{Body: added, Headers: AddEvidence201ResponseHeaders{Location: &location}}, nil
}

// GetEvidenceContent answers the bytes, always as an attachment.
func (s *Server) GetEvidenceContent(ctx context.Context, r GetEvidenceContentRequestObject) (GetEvidenceContentResponseObject, error) {
	x := exchangeOf(ctx)
	item, name, err := s.Store.GetEvidence(ctx, x.caseID(), r.EvidenceId)
	if err != nil {
		return nil, err
	}
	if x.record.Retention.Erased() {
		return nil, erased(x.record.Retention)
	}
	content, err := s.Blobs.Open(ctx, x.caseID(), item.SHA256)
	if dispute.CodeOf(err) == dispute.CodeNotFound && x.record.Retention.Over(s.now()) {
		return nil, erased(x.record.Retention) // just now: the record of it follows
	}
	if err != nil {
		return nil, err
	}
	if err := s.looked(ctx, dispute.AccessEvidence, item.ID); err != nil {
		content.Close()
		return nil, err
	}
	disposition := mime.FormatMediaType("attachment", map[string]string{"filename": downloadName(item, name)})
	if disposition == "" {
		disposition = "attachment"
	}
	return GetEvidenceContent200AsteriskResponse{Body: content, ContentType: item.MediaType, ContentLength: item.Size,
		Headers: GetEvidenceContent200ResponseHeaders{ContentDisposition: &disposition, XContentTypeOptions: pointer("nosniff")}}, nil
}

// takesBytes refuses bytes for a case whose personal data is gone, before any of them
// is kept: nobody would erase them.
func takesBytes(record *dispute.CaseRecord) error {
	if record != nil && record.Retention.Erased() {
		return dispute.Errorf(dispute.CodeCaseClosed, "the case is closed, and what was sent in has been erased")
	}
	return nil
}

// erased says when a file went, and by which rule.
func erased(r *dispute.Retention) *dispute.Error {
	by := "under the rule " + r.Rule
	if r.Basis != "" {
		by += " (" + r.Basis + ")"
	}
	if r.TextsErasedAt == nil {
		return dispute.Errorf(dispute.CodeErased, "the file is being erased: it was kept until %s %s", r.TextsUntil.Format(time.RFC3339), by)
	}
	return dispute.Errorf(dispute.CodeErased, "the file was erased at %s: it was kept until %s %s",
		r.TextsErasedAt.Format(time.RFC3339), r.TextsUntil.Format(time.RFC3339), by)
}

// downloadName is the name that the file had, or one made of the item's id.
func downloadName(item dispute.Evidence, name string) string {
	if name != "" {
		return name
	}
	return item.ID + extensions[item.MediaType]
}

// cleanName cuts a file name down to its last part, as text that can be kept.
func cleanName(name string) string {
	name = strings.ReplaceAll(safe(name), "\\", "/")
	name = filepath.Base(name)
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name)
	if name == "." || name == "/" {
		return ""
	}
	return name
}
