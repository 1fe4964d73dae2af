package blob

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/redresshq/redress/dispute"
)

// mark is the file by which the folder of evidence is known. No case id has its form.
const mark = ".redress-evidence"

const markText = "Redress keeps evidence here. A worker erases only in a folder that has this file.\n"

func setMark(root string) error {
	f, err := os.OpenFile(filepath.Join(root, mark), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o640)
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(markText)
	return errors.Join(err, f.Close())
}

// Ready says whether the folder is the one that evidence is kept in; CodeUnavailable
// if not, as where a shared folder is not mounted.
func (s *Store) Ready() error {
	if _, err := os.Stat(filepath.Join(s.root, mark)); err != nil {
		return dispute.Errorf(dispute.CodeUnavailable, "%s is not the folder that the API keeps evidence in: %w", s.root, err)
	}
	return nil
}

// Remove erases everything that is kept for the case, also what was left behind by a
// crash; nothing there is fine. After an error, some may be gone: call it again.
// Errors: CodeUnavailable as of Ready, CodeInvalid for an illegal case id.
func (s *Store) Remove(ctx context.Context, caseID string) error {
	dir, err := s.folder(caseID)
	if err != nil {
		return err
	}
	if err := s.Ready(); err != nil {
		return err
	}
	files, err := os.ReadDir(dir)
	if errors.Is(err, os.ErrNotExist) {
		return syncFolder(s.root) // the crash may have come before this
	}
	if err != nil {
		return mapError(err)
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := os.RemoveAll(filepath.Join(dir, f.Name())); err != nil {
			return mapError(err)
		}
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, os.ErrNotExist) {
		return mapError(err)
	}
	return syncFolder(s.root)
}
