package activities

import (
	"context"
	"time"

	"github.com/redresshq/redress/dispute"
)

// Preferences say how a customer wants to be told; where there are none, the case and
// its policy say it.
type Preferences interface {
	// NoticeLanguage is the language that the customer chose, "" for none. An error is
	// no reason not to tell them: then the case and its policy count.
	NoticeLanguage(ctx context.Context, customerID string) (dispute.Language, error)
}

// Letters put notices into words, by the policy of their case.
type Letters struct {
	Books       Books
	Preferences Preferences // nil: none
}

// Write returns a notice in words, and until when it has to wait for the end of quiet
// hours: zero where it may go out now. Where the case's policy is not known here, the
// words and hours of the newest default policy count. It fails where no rules can be had
// at all.
func (l *Letters) Write(ctx context.Context, n dispute.OutboxNotice, at time.Time) (dispute.Letter, time.Time, error) {
	library, err := l.Books.Library(ctx, 0)
	if err != nil {
		return dispute.Letter{}, time.Time{}, err
	}
	book, err := library.Book(n.PolicyVersion)
	if err != nil {
		if book, err = library.Book(fallbackPolicy); err != nil {
			return dispute.Letter{}, time.Time{}, err
		}
	}
	if l.Preferences != nil && n.Language == "" && n.Notice.To == dispute.RoleCustomer {
		if chosen, err := l.Preferences.NoticeLanguage(ctx, n.CustomerID); err == nil {
			n.Language = chosen
		}
	}
	if n.Notice.To != dispute.RoleCustomer {
		n.Language = "" // staff read the shop's language
	}
	letter := book.Letter(n)
	until, held := book.HeldUntil(n, at)
	if !held {
		return letter, time.Time{}, nil
	}
	return letter, until, nil
}

// fallbackPolicy is whose words count where a case's policy is not known.
const fallbackPolicy = "default"
