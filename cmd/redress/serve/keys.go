package serve

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/redresshq/redress/cmd/redress/config"
	"github.com/redresshq/redress/store"
	"github.com/redresshq/redress/store/seal"
)

// keyCheck is how long a process waits for the database before it starts without having
// tried its keys.
const keyCheck = 5 * time.Second

// openRecord opens the database with the keys of the settings, and refuses where they do
// not open what is kept there: else every reader of a text would find that out, one by one.
// A database that is away is no reason; it may come.
func openRecord(ctx context.Context, c config.Config, log *slog.Logger) (*store.Store, *seal.Keys, error) {
	keys, err := seal.Parse(c.DataKeys)
	if err != nil {
		return nil, nil, fmt.Errorf("REDRESS_DATA_KEYS: %w", err)
	}
	record, err := store.Open(ctx, c.DatabaseURL, store.WithKeys(keys))
	if err != nil {
		return nil, nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	checking, cancel := context.WithTimeout(ctx, keyCheck)
	defer cancel()
	err = keysRefused(record.CheckKeys(checking))
	switch {
	case err == nil:
	case errors.Is(err, errKeys) && c.DataKeysLost:
		log.Warn("starting all the same, as REDRESS_DATA_KEYS_LOST says: reading what cannot be opened is answered with 503", "error", err)
	case errors.Is(err, errKeys):
		record.Close()
		return nil, nil, err
	default:
		log.Warn("the keys of REDRESS_DATA_KEYS cannot be checked, since the database cannot be read yet", "error", err)
	}
	if keys == nil {
		log.Warn("REDRESS_DATA_KEYS is not set: what people write and send in is kept unencrypted; make a key with `redress key`")
	}
	return record, keys, nil
}

// errKeys marks a refusal for the keys' sake.
var errKeys = errors.New("the keys do not fit")

// keysError says what to set.
type keysError string

func (e keysError) Error() string { return string(e) }

func (keysError) Is(target error) bool { return target == errKeys }

// keysRefused puts what a check found into a sentence for the operator.
func keysRefused(err error) error {
	const onPurpose = "to start without reading it, for a key that is lost, set REDRESS_DATA_KEYS_LOST=true"
	switch {
	case errors.Is(err, store.ErrSealedNoKey):
		return keysError("REDRESS_DATA_KEYS is not set, but this database holds what was encrypted: set it to the key that the other APIs and workers have; " + onPurpose)
	case errors.Is(err, store.ErrSealedOtherKey):
		return keysError("none of the keys in REDRESS_DATA_KEYS opens what this database holds: add the key that encrypted it behind the others, with a comma; " + onPurpose)
	}
	return err
}
