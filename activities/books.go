package activities

import (
	"context"

	"github.com/redresshq/redress/dispute"
)

// Books gives the policies and calendars that rulings go by.
type Books interface {
	// Library returns all that is published, as far as this process knows: at least
	// everything up to a revision (0: whatever is at hand). It fails with
	// CodeUnavailable while that cannot be had.
	Library(ctx context.Context, atLeast int64) (*dispute.Library, error)
	// Refresh asks the record for what was published since, and returns all of it.
	Refresh(ctx context.Context) (*dispute.Library, error)
}

// FixedBooks are books to which nothing is ever added, for tests and for simulations.
func FixedBooks(l *dispute.Library) Books { return fixedBooks{l} }

type fixedBooks struct{ library *dispute.Library }

func (f fixedBooks) Library(context.Context, int64) (*dispute.Library, error) { return f.library, nil }

func (f fixedBooks) Refresh(context.Context) (*dispute.Library, error) { return f.library, nil }

// bookOf returns the rules that ask finds in the books. What this process does not
// know yet is asked for once; if it is unknown still, the error is CodeNotFound and
// the case asks again later.
func bookOf(ctx context.Context, books Books, ask func(*dispute.Library) (*dispute.Rulebook, error)) (*dispute.Rulebook, error) {
	library, err := books.Library(ctx, 0)
	if err != nil {
		return nil, err
	}
	b, err := ask(library)
	if dispute.CodeOf(err) != dispute.CodeNotFound {
		return b, err
	}
	if library, err = books.Refresh(ctx); err != nil {
		return nil, err
	}
	return ask(library)
}
