package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/redresshq/redress/dispute"
)

// compensatedByOthers is the new money that an order's other cases have paid out, are
// paying or have promised, in a case's currency.
const compensatedByOthers = `
	SELECT coalesce(sum((leg#>>'{money,amount,amount}')::bigint), 0)::bigint
	FROM cases own JOIN cases c ON c.order_id = $1 AND c.id <> own.id AND (c.order_known OR c.customer_id = own.customer_id)
	CROSS JOIN LATERAL jsonb_path_query(c.doc, '$.legs[*] ? (@.type == "compensation" && @.state != "failed" && @.state != "cancelled"
		&& !exists(@.money.returns) && !(@.money.form == "coupon" || @.money.form == "gift"))') AS leg
	WHERE own.id = $2 AND leg#>>'{money,amount,currency}' = own.doc->>'currency'`

// lockCompensated has the rule's compensations of an order counted one after another,
// whatever lines their cases are about: all of them lock the line of the shipping charge.
func lockCompensated(ctx context.Context, tx pgx.Tx, c dispute.MoneyClaim) error {
	_, err := lockLines(ctx, tx, c.OrderID, []dispute.Line{{LineID: dispute.ShippingLine, Quantity: 1}})
	return err
}

// countCompensated fails with CodeLimitExceeded where a compensation by rule would, with what
// the order's other cases have claimed, pass the most of its policy. What a person gave
// counts; what a person gives is bound by nothing here. Claims of strangers do not count
// while nobody knows whose the order is.
func countCompensated(ctx context.Context, tx pgx.Tx, c dispute.MoneyClaim) error {
	var given int64
	err := tx.QueryRow(ctx, `SELECT coalesce(sum(p.amount), 0)::bigint
		FROM payouts p JOIN cases c ON c.id = p.case_id JOIN cases own ON own.id = $2
		WHERE c.order_id = $1 AND c.id <> own.id AND (c.order_known OR c.customer_id = own.customer_id)
			AND p.currency = $3 AND p.status NOT IN ('failed', 'cancelled')`, c.OrderID, c.CaseID, c.Amount.Currency).Scan(&given)
	if err != nil || given == 0 || given <= c.Most-c.Amount.Amount {
		return err
	}
	return &dispute.Error{Code: dispute.CodeLimitExceeded, Ref: dispute.ProblemCompensatedElsewhere,
		Message: "other cases of the order were compensated with " + dispute.Money{Amount: given, Currency: c.Amount.Currency}.String() +
			": " + c.Amount.String() + " more would pass the " + dispute.Money{Amount: c.Most, Currency: c.Amount.Currency}.String() + " of the policy"}
}
