package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store/seal"
)

func newStore(t *testing.T) *Store {
	t.Helper()
	s, err := New(filepath.Join(t.TempDir(), "evidence"), nil)
	require.NoError(t, err)
	return s
}

func TestPutKeepsTheBytesUnderTheirHash(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	want := sha256.Sum256([]byte("a photo"))
	for range 2 { // the same again is kept once
		sum, size, err := s.Put(t.Context(), "case_1", strings.NewReader("a photo"), 7)
		require.NoError(t, err)
		require.Equal(t, hex.EncodeToString(want[:]), sum)
		require.EqualValues(t, 7, size)
	}
	f, err := s.Open("case_1", hex.EncodeToString(want[:]))
	require.NoError(t, err)
	got, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.Equal(t, "a photo", string(got))
	requireFiles(t, s, "case_1", 1)

	_, err = s.Open("case_2", hex.EncodeToString(want[:]))
	require.Equal(t, dispute.CodeNotFound, dispute.CodeOf(err))
}

func TestPutLeavesNothingBehindAfterAFailure(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	_, _, err := s.Put(t.Context(), "case_1", strings.NewReader("12345678"), 7)
	require.Equal(t, dispute.CodeTooLarge, dispute.CodeOf(err))

	broken := errors.New("the client went away")
	_, _, err = s.Put(t.Context(), "case_1", iotest.ErrReader(broken), 7)
	require.ErrorIs(t, err, broken)

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err = s.Put(ctx, "case_1", strings.NewReader("1"), 7)
	require.ErrorIs(t, err, context.Canceled)
	requireFiles(t, s, "case_1", 0)
}

func TestNamesAreNeverTrusted(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	hash := strings.Repeat("a", 64)
	for _, id := range []string{"", ".", "..", "../x", "a/b", "/etc", "case_1\x00", "-x", strings.Repeat("a", 101)} {
		_, _, err := s.Put(t.Context(), id, strings.NewReader("x"), 7)
		require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err), id)
		_, err = s.Open(id, hash)
		require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err), id)
	}
	for _, sum := range []string{"", "..", "../" + hash, strings.ToUpper(hash), hash + "0"} {
		_, err := s.Open("case_1", sum)
		require.Equal(t, dispute.CodeInvalid, dispute.CodeOf(err), sum)
	}
}

func TestPutManyAtOnce(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			_, _, err := s.Put(t.Context(), "case_1", bytes.NewReader(bytes.Repeat([]byte{byte(i % 5)}, 1<<16)), 1<<20)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	requireFiles(t, s, "case_1", 5)
}

func requireFiles(t *testing.T, s *Store, caseID string, n int) {
	t.Helper()
	files, err := os.ReadDir(filepath.Join(s.root, caseID))
	require.NoError(t, err)
	require.Len(t, files, n)
}

// With keys the folder holds nothing that a thief could read, under the hash of what it
// is; what was kept before there were keys is read on.
func TestPutWithKeysKeepsWhatNobodyElseReads(t *testing.T) {
	t.Parallel()
	text, err := seal.NewKey()
	require.NoError(t, err)
	keys, err := seal.Parse([]string{text})
	require.NoError(t, err)
	root := t.TempDir()
	plain, err := New(root, nil)
	require.NoError(t, err)
	sealed, err := New(root, keys)
	require.NoError(t, err)
	photo := bytes.Repeat([]byte("a photo of a broken cup "), 10_000)

	sum, size, err := sealed.Put(t.Context(), "case_1", bytes.NewReader(photo), 1<<20)
	require.NoError(t, err)
	require.EqualValues(t, len(photo), size)
	require.Equal(t, fmt.Sprintf("%x", sha256.Sum256(photo)), sum)
	kept, err := os.ReadFile(filepath.Join(root, "case_1", sum+sealedSuffix))
	require.NoError(t, err)
	require.NotContains(t, string(kept), "broken cup")

	before, _, err := plain.Put(t.Context(), "case_2", strings.NewReader("before"), 1<<20)
	require.NoError(t, err)
	for caseID, want := range map[string]string{"case_1/" + sum: string(photo), "case_2/" + before: "before"} {
		id, hash, _ := strings.Cut(caseID, "/")
		f, err := sealed.Open(id, hash)
		require.NoError(t, err)
		got, err := io.ReadAll(f)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.Equal(t, want, string(got))
	}
	_, err = plain.Open("case_1", sum)
	require.Equal(t, dispute.CodeUnavailable, dispute.CodeOf(err), "it is there, and the key is not")
}
