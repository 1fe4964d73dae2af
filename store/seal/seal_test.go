package seal_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store/seal"
)

func key(t *testing.T) string {
	t.Helper()
	k, err := seal.NewKey()
	require.NoError(t, err)
	return k
}

func keys(t *testing.T, texts ...string) *seal.Keys {
	t.Helper()
	k, err := seal.Parse(texts)
	require.NoError(t, err)
	return k
}

func TestTextsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	k := keys(t, key(t))
	rapid.Check(t, func(rt *rapid.T) {
		plain := rapid.String().Draw(rt, "plain")
		kept, err := k.Text(plain)
		require.NoError(rt, err)
		if plain != "" {
			if len(plain) >= 16 { // a shorter one may stand in base64 by chance
				require.NotContains(rt, kept, plain)
			}
			require.True(rt, strings.HasPrefix(kept, "age-encryption.org/v1:"))
		}
		back, err := k.OpenText(kept)
		require.NoError(rt, err)
		require.Equal(rt, plain, back)
	})
}

func TestSealedTwiceIsNeverTheSame(t *testing.T) {
	t.Parallel()
	k := keys(t, key(t))
	a, err := k.Text("李娜 13800000000")
	require.NoError(t, err)
	b, err := k.Text("李娜 13800000000")
	require.NoError(t, err)
	require.NotEqual(t, a, b)
}

func TestANewKeyInFrontOpensWhatTheOldOneSealed(t *testing.T) {
	t.Parallel()
	old, next := key(t), key(t)
	kept, err := keys(t, old).Text("before")
	require.NoError(t, err)
	back, err := keys(t, next, old).OpenText(kept)
	require.NoError(t, err)
	require.Equal(t, "before", back)
	for name, k := range map[string]*seal.Keys{"another key": keys(t, next), "no key": nil} {
		_, err = k.OpenText(kept)
		require.Equal(t, dispute.CodeUnavailable, dispute.CodeOf(err), name)
	}
}

func TestWhatWasKeptBeforeThereWasAKeyIsRead(t *testing.T) {
	t.Parallel()
	for _, plain := range []string{"", "an old text", "age-encryption.org/v1: what is that?"} {
		back, err := keys(t, key(t)).OpenText(plain)
		require.NoError(t, err)
		require.Equal(t, plain, back)
	}
}

func TestAChangedByteIsNoticed(t *testing.T) {
	t.Parallel()
	k := keys(t, key(t))
	var file bytes.Buffer
	w, err := k.Seal(&file)
	require.NoError(t, err)
	_, err = w.Write(bytes.Repeat([]byte("photo"), 40_000))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	raw := file.Bytes()
	raw[len(raw)/2] ^= 1
	r, err := k.Open(bytes.NewReader(raw))
	require.NoError(t, err)
	_, err = io.ReadAll(r)
	require.Error(t, err)
}

func TestKeysThatAreNone(t *testing.T) {
	t.Parallel()
	_, err := seal.Parse([]string{key(t), "secret-secret"})
	require.EqualError(t, err, "key 2 of 2 is not one of `redress key` (AGE-SECRET-KEY-1...)")
	none, err := seal.Parse(nil)
	require.NoError(t, err)
	require.Nil(t, none)
}
