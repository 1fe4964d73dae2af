package store

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
	"github.com/redresshq/redress/store/seal"
)

// What CheckKeys finds.
var (
	ErrSealedNoKey    = errors.New("what this database holds is encrypted, and there is no key")
	ErrSealedOtherKey = errors.New("what this database holds is encrypted, and none of the keys opens it")
)

// sealedPages is how much is looked at, at either end: the oldest answers and the newest.
const sealedPages = 64

// CheckKeys says whether what was sealed here can be opened by the keys of this Store:
// ErrSealedNoKey without any, ErrSealedOtherKey where none of them opens any of a sample.
// It looks at answers to writes, which every shop has and nobody outside can forge (as one
// can the words of a text): unsealed they are JSON; and at the secrets of endpoints.
func (s *Store) CheckKeys(ctx context.Context) error {
	rows, err := s.pool.Query(ctx, `WITH pages AS (SELECT pg_relation_size('operations') / current_setting('block_size')::bigint AS n),
		kept AS (
			(SELECT convert_from(response, 'UTF8') AS text FROM operations
			WHERE ctid >= (SELECT format('(%s,0)', greatest(n - $2, 0))::tid FROM pages) AND substring(response FOR length($1::text)) = convert_to($1, 'UTF8')
			ORDER BY created_at DESC LIMIT 20)
			UNION ALL
			(SELECT convert_from(response, 'UTF8') FROM operations
			WHERE ctid < format('(%s,0)', $2::bigint)::tid AND substring(response FOR length($1::text)) = convert_to($1, 'UTF8') LIMIT 20)
			UNION ALL
			(SELECT secret FROM webhook_endpoints WHERE starts_with(secret, $1) ORDER BY updated_at DESC LIMIT 20))
		SELECT text FROM kept`, seal.TextPrefix, sealedPages)
	if err != nil {
		return mapError("check keys", err)
	}
	sample, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return mapError("check keys", err)
	}
	for _, kept := range sample {
		if _, err := s.keys.OpenText(kept); dispute.CodeOf(err) != dispute.CodeUnavailable {
			return nil // opened, or broken: that is no matter of keys
		}
	}
	switch {
	case len(sample) == 0:
		return nil
	case s.keys == nil:
		return ErrSealedNoKey
	default:
		return ErrSealedOtherKey
	}
}
