// Package blob keeps the bytes of evidence on disk, under <case id>/<sha256>. What
// Put has returned survives a crash of the machine.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"syscall"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store/seal"
)

// Store is a folder of evidence, which several processes and machines may share. It
// is safe for concurrent use.
type Store struct {
	root string
	keys *seal.Keys
}

// sealedSuffix ends the name of a file that is encrypted; the rest is the hash of what
// is in it, so that the name tells a court the same.
const sealedSuffix = ".age"

var (
	legalCase = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$`)
	legalHash = regexp.MustCompile(`^[0-9a-f]{64}$`)
)

// New makes a Store that encrypts by keys (nil: not) in the folder, which is made where it is missing, and marked as
// the folder of evidence: whoever erases must not take an empty one for it.
func New(root string, keys *seal.Keys) (*Store, error) {
	if err := os.MkdirAll(root, 0o750); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	if err := setMark(root); err != nil {
		return nil, fmt.Errorf("evidence folder: %w", err)
	}
	return &Store{root: root, keys: keys}, nil
}

// At is a Store in a folder that somebody else made, or will: see Ready.
func At(root string, keys *seal.Keys) *Store { return &Store{root: root, keys: keys} }

// Put reads r to its end and keeps what it read for the case; the same bytes again
// are kept once. It returns their hash and size. Errors: CodeTooLarge beyond maxBytes,
// CodeInvalid for an illegal case id, CodeUnavailable when the disk is full, and
// whatever r or ctx says, wrapped; after an error nothing is left behind.
func (s *Store) Put(ctx context.Context, caseID string, r io.Reader, maxBytes int64) (sum string, size int64, err error) {
	dir, err := s.folder(caseID)
	if err != nil {
		return "", 0, err
	}
	if err := s.makeFolder(dir); err != nil {
		return "", 0, mapError(err)
	}
	tmp, err := os.CreateTemp(dir, ".incoming-*")
	if err != nil {
		return "", 0, mapError(err)
	}
	renamed := false
	defer func() {
		if closeErr := tmp.Close(); closeErr != nil && !errors.Is(closeErr, os.ErrClosed) {
			err = errors.Join(err, closeErr)
		}
		if !renamed {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()

	h := sha256.New()
	size, err = s.write(tmp, h, io.LimitReader(&reader{ctx: ctx, r: r}, maxBytes+1))
	if err != nil {
		return "", 0, mapError(err)
	}
	if size > maxBytes {
		return "", 0, dispute.Errorf(dispute.CodeTooLarge, "the file is larger than %d bytes", maxBytes)
	}
	if err := tmp.Sync(); err != nil {
		return "", 0, mapError(err)
	}
	if err := tmp.Close(); err != nil {
		return "", 0, mapError(err)
	}
	sum = hex.EncodeToString(h.Sum(nil))
	if err := os.Rename(tmp.Name(), filepath.Join(dir, sum+s.suffix())); err != nil {
		return "", 0, mapError(err)
	}
	renamed = true
	if err := syncFolder(dir); err != nil {
		return "", 0, mapError(err)
	}
	return sum, size, nil
}

// write copies r to the file, encrypted where there are keys, and hashes what it read.
func (s *Store) write(tmp io.Writer, h io.Writer, r io.Reader) (int64, error) {
	if s.keys == nil {
		return io.Copy(io.MultiWriter(tmp, h), r)
	}
	sealed, err := s.keys.Seal(tmp)
	if err != nil {
		return 0, err
	}
	size, err := io.Copy(io.MultiWriter(sealed, h), r)
	return size, errors.Join(err, sealed.Close())
}

func (s *Store) suffix() string {
	if s.keys == nil {
		return ""
	}
	return sealedSuffix
}

// Open returns the bytes kept for the case under the hash; the caller closes it.
// CodeNotFound when there are none, CodeInvalid for an illegal case id or hash,
// CodeUnavailable when they are encrypted and no key fits.
func (s *Store) Open(caseID, sum string) (io.ReadCloser, error) {
	dir, err := s.folder(caseID)
	if err != nil {
		return nil, err
	}
	if !legalHash.MatchString(sum) {
		return nil, dispute.Invalid("this is not a sha256 hash")
	}
	f, err := os.Open(filepath.Join(dir, sum+sealedSuffix))
	if errors.Is(err, os.ErrNotExist) {
		return openPlain(filepath.Join(dir, sum)) // kept before there was a key
	}
	if err != nil {
		return nil, mapError(err)
	}
	plain, err := s.keys.Open(f)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return struct {
		io.Reader
		io.Closer
	}{plain, f}, nil
}

func openPlain(name string) (io.ReadCloser, error) {
	f, err := os.Open(name)
	if errors.Is(err, os.ErrNotExist) {
		return nil, dispute.Errorf(dispute.CodeNotFound, "the case holds no such file")
	}
	if err != nil {
		return nil, mapError(err)
	}
	return f, nil
}

func (s *Store) folder(caseID string) (string, error) {
	if !legalCase.MatchString(caseID) {
		return "", dispute.Invalid("this is not a case id")
	}
	return filepath.Join(s.root, caseID), nil
}

// makeFolder makes the case's folder so that it survives a crash.
func (s *Store) makeFolder(dir string) error {
	err := os.Mkdir(dir, 0o750)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return syncFolder(s.root)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// reader ends when its context does.
type reader struct {
	ctx context.Context
	r   io.Reader
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}

func mapError(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		e := dispute.Errorf(dispute.CodeUnavailable, "%w", err)
		e.Message = "the disk for evidence is full"
		return e
	}
	return fmt.Errorf("evidence file: %w", err)
}
