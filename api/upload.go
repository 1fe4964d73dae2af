package api

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"regexp"

	"github.com/gabriel-vasile/mimetype"
	"github.com/labstack/echo/v4"

	"github.com/redresshq/redress/dispute"
)

// The sizes of files, in bytes.
const (
	maxFile  = 10 << 20  // images, PDF, text
	maxVideo = 100 << 20 // MP4
	// sniffed is how much of a file its type is found from.
	sniffed = 3072
)

// plainText is the media type of all text evidence.
const plainText = "text/plain; charset=utf-8"

// accepted is which types evidence may have, by content, and how large each may be.
var accepted = map[string]int64{
	"image/jpeg": maxFile, "image/png": maxFile, "image/webp": maxFile, "image/heic": maxFile, "image/heif": maxFile,
	"application/pdf": maxFile, "text/plain": maxFile, "video/mp4": maxVideo,
}

// extensions names downloads whose own name is not known.
var extensions = map[string]string{
	"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp", "image/heic": ".heic", "image/heif": ".heif",
	"application/pdf": ".pdf", plainText: ".txt", "video/mp4": ".mp4",
}

var evidenceType = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// upload is a file whose bytes are on disk.
type upload struct {
	kind      dispute.EvidenceType
	fileName  string
	mediaType string
	sha256    string
	size      int64
}

// uploaded streams a file to disk before the operation is claimed, since only its
// hash tells a retry from another upload. Nothing of it is held in memory.
func (s *Server) uploaded(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		x, r := exchangeOf(c.Request().Context()), c.Request()
		kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if err != nil || kind != multipartType {
			return next(c)
		}
		if params["boundary"] == "" {
			return malformed("the multipart body has no boundary")
		}
		if err := takesBytes(x.record); err != nil {
			return err
		}
		r.Body = http.MaxBytesReader(c.Response(), r.Body, maxVideo+maxBody)
		parts := multipart.NewReader(r.Body, params["boundary"])
		if x.upload, err = s.receive(r.Context(), x.caseID(), parts); err != nil {
			return err
		}
		sum := sha256.Sum256([]byte(string(x.upload.kind) + "\n" + x.upload.sha256))
		x.bodyHash = hex.EncodeToString(sum[:])
		r.Header.Set("Content-Type", mime.FormatMediaType(multipartType, params))
		return next(c)
	}
}

// receive reads the parts `type` and `file`, in any order, each once.
func (s *Server) receive(ctx context.Context, caseID string, parts *multipart.Reader) (*upload, error) {
	var kind dispute.EvidenceType
	var file *upload
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unreadable(err)
		}
		switch {
		case part.FormName() == "type" && kind == "":
			text, err := readAll(part, 100)
			if err != nil {
				return nil, unreadable(err)
			}
			if kind = dispute.EvidenceType(text); !evidenceType.MatchString(string(kind)) {
				return nil, dispute.Invalid("the type of the evidence is not right", dispute.Field{Pointer: "/type", Detail: "a word in lower case, such as photo"})
			}
		case part.FormName() == "file" && file == nil:
			if file, err = s.keepBytes(ctx, caseID, part); err != nil {
				return nil, err
			}
			file.fileName = cleanName(part.FileName())
		default:
			return nil, dispute.Invalid("the upload has a part too many", dispute.Field{Pointer: "/" + escapePointer(safe(part.FormName())), Detail: "one type and one file"})
		}
	}
	var missing []dispute.Field
	if kind == "" {
		missing = append(missing, dispute.Field{Pointer: "/type", Detail: "is missing"})
	}
	if file == nil {
		missing = append(missing, dispute.Field{Pointer: "/file", Detail: "is missing"})
	}
	if len(missing) > 0 {
		return nil, dispute.Invalid("the upload is not complete", missing...)
	}
	file.kind = kind
	return file, nil
}

// keepBytes finds the type of the content and streams it to disk.
func (s *Server) keepBytes(ctx context.Context, caseID string, r io.Reader) (*upload, error) {
	source := &sourceReader{Reader: r}
	buffered := bufio.NewReaderSize(source, sniffed)
	head, err := buffered.Peek(sniffed)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, unreadable(err)
	}
	if len(head) == 0 {
		return nil, dispute.Invalid("the file is empty", dispute.Field{Pointer: "/file", Detail: "has no bytes"})
	}
	kind, media := recognise(head)
	limit, ok := accepted[kind]
	if !ok {
		return nil, dispute.Errorf(dispute.CodeMediaType,
			"the file is %s by its content; JPEG, PNG, WebP, HEIC, PDF, plain text and MP4 are taken", kind)
	}
	sum, size, err := s.Blobs.Put(ctx, caseID, buffered, limit)
	if dispute.CodeOf(err) == dispute.CodeTooLarge {
		return nil, dispute.Errorf(dispute.CodeTooLarge, "a file of the type %s may have %d MB", kind, limit>>20)
	}
	if source.failed != nil {
		return nil, unreadable(source.failed)
	}
	if err != nil {
		return nil, err
	}
	return &upload{mediaType: media, sha256: sum, size: size}, nil
}

// recognise names the type of a content by its first bytes, and the media type
// that it is kept under. Tables are text too.
func recognise(head []byte) (kind, media string) {
	found := mimetype.Detect(head)
	kind, _, err := mime.ParseMediaType(found.String())
	if err != nil {
		kind = found.String()
	}
	switch kind {
	case "text/csv", "text/tab-separated-values":
		kind = "text/plain"
	}
	if kind == "text/plain" {
		if _, params, err := mime.ParseMediaType(found.String()); err == nil && params["charset"] != "" {
			return kind, mime.FormatMediaType(kind, params)
		}
		return kind, plainText
	}
	return kind, kind
}

// sourceReader remembers how reading failed, which tells a client that broke off
// from a disk that is full.
type sourceReader struct {
	io.Reader
	failed error
}

func (s *sourceReader) Read(b []byte) (int, error) {
	n, err := s.Reader.Read(b)
	if err != nil && err != io.EOF { //nolint:errorlint // a reader's end is io.EOF itself
		s.failed = err
	}
	return n, err
}

// unreadable sorts the errors of reading an upload: ours as they are, too large,
// or cut short.
func unreadable(err error) error {
	var tooLong *http.MaxBytesError
	switch {
	case dispute.CodeOf(err) != "":
		return err
	case errors.As(err, &tooLong):
		return dispute.Errorf(dispute.CodeTooLarge, "an upload may have %d MB", maxVideo>>20)
	case errors.Is(err, multipart.ErrMessageTooLarge), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return malformed("the upload ended early")
	default:
		return malformed("the upload is not readable")
	}
}
