package dispute

// Why a report, a signal or a claim's answer changed nothing; it is kept in the timeline.
const (
	IgnoredUnknownSignal      = "unknown_signal"       // there is no signal of that name
	IgnoredMalformed          = "malformed"            // it is not the document that the signal takes, or lacks its event_id
	IgnoredRepeated           = "repeated"             // the same event_id came before
	IgnoredEarly              = "early"                // it came to a case that was never opened
	IgnoredIllegalMove        = "illegal_move"         // the leg cannot go from where it is to where the report says
	IgnoredNoSuchLeg          = "no_such_leg"          // the case has no such replacement
	IgnoredNoSuchReturn       = "no_such_return"       // the case has no such return
	IgnoredReturnPast         = "return_is_past_that"  // a number was given for goods that have arrived, or are not wanted any more
	IgnoredNoSuchParcel       = "no_such_parcel"       // no leg has a parcel of that number
	IgnoredParcelPast         = "parcel_is_past_that"  // the parcel has come further, or its leg is over
	IgnoredUnknownRMA         = "unknown_rma"          // the case has no return of that RMA number
	IgnoredUnknownRepair      = "unknown_repair"       // the case has no such repair
	IgnoredUnknownStatus      = "unknown_status"       // the contract knows no such status
	IgnoredLowerSequence      = "lower_sequence"       // a later report was taken in before
	IgnoredTooLateToMatter    = "too_late_to_matter"   // the money for the goods has moved, or the case is at its end
	IgnoredNothingNew         = "nothing_new"          // it says what is known already
	IgnoredUnknownRefundKey   = "unknown_refund_key"   // the case has no payment of that key
	IgnoredAmountDiffers      = "amount_differs"       // the provider names another amount than was asked for
	IgnoredUnknownRevision    = "unknown_revision"     // this worker does not know the calendars that the event names
	IgnoredUnknownClaimKey    = "unknown_claim_key"    // the recovery has no claim of that key
	IgnoredCurrencyDiffers    = "currency_differs"     // the party speaks of another currency than was claimed
	IgnoredAmountExceedsClaim = "amount_exceeds_claim" // the party speaks of more than is open; finance is told
	IgnoredStaleSequence      = "stale_sequence"       // a later word of the party was taken in before
	IgnoredPaidAlready        = "paid_already"         // the party denies a claim of which it has paid a part
)
