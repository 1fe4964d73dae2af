package serve

import (
	"context"
	"io"

	"github.com/redresshq/redress/store/blob"
)

// blobs is the evidence store as the API knows it.
type blobs struct{ *blob.Store }

// Open implements api.Blobs.
func (b blobs) Open(_ context.Context, caseID, sha256 string) (io.ReadCloser, error) {
	return b.Store.Open(caseID, sha256)
}
