package dispute

// Why an entry was written, where its type alone does not say it. Beside these an entry's
// reason may be a problem, a rule, a partner's word, or what a clock's silence means.
const (
	WhyAskedFor                = "asked_for"                  // somebody asked for it
	WhyByHand                  = "by_hand"                    // a person settled the leg
	WhyRetry                   = "retry"                      // a person has the step tried once more
	WhyDecided                 = "decided"                    // the case was decided without it
	WhyDecidedAnew             = "decided_anew"               // a new decision took the place of the one that asked for it
	WhyExtraRefused            = "extra_refused"              // what was negotiated last is refused; what was granted before goes on
	WhyReplaced                = "replaced"                   // another request for approval took its place
	WhySettled                 = "settled"                    // the case is settled, so there is nothing to wait for
	WhyOver                    = "over"                       // the time for which the case stood still has passed
	WhySilence                 = "silence"                    // nothing came until the date
	WhyNotContested            = "not_contested"              // nobody appealed in time
	WhyNotAnswered             = "not_answered"               // the customer did not answer the price of a repair
	WhyBadMark                 = "bad_mark"                   // the customer gave a bad mark in the survey
	WhyReopened                = "reopened"                   // the case was taken up again
	WhyCalendarChanged         = "calendar_changed"           // a calendar was added or corrected
	WhyResolutionOverdue       = "resolution_overdue"         // the whole case takes longer than was promised
	WhyReplacementDelayed      = "replacement_delayed"        // the goods leave later; the warehouse did not say why
	WhyRepairDelayed           = "repair_delayed"             // the repair takes longer; the workshop did not say why
	WhyNotShipped              = "not_shipped"                // the customer did not send the goods in time
	WhyNumberGiven             = "number_given"               // the customer gave the number of the parcel
	WhyWrongWarehouse          = "wrong_warehouse"            // the goods came to another warehouse than they were sent to
	WhyRestCame                = "rest_came"                  // the missing part of a return came
	WhyGoodsArrived            = "goods_arrived"              // the goods arrived, so the money in their place is not paid
	WhyGivenUpOnTheWay         = "given_up_on_the_way"        // the case ended before the goods arrived
	WhyLabelAsked              = "label_asked"                // somebody asked for a new label
	WhyLabelReissued           = "label_reissued"             // a new label took the place of the old one
	WhyVoided                  = "voided"                     // what was not wanted any more was called off
	WhyToBeRepaired            = "to_be_repaired"             // the goods are with the workshop, whose diagnosis is their inspection
	WhyQuoteAccepted           = "quote_accepted"             // the customer pays for the repair
	WhyQuoteDeclined           = "quote_declined"             // the customer does not pay for the repair
	WhyReleased                = "released"                   // the parcel is not kept back any more
	WhyAppliedAfterAll         = "applied_after_all"          // the order was changed although the change was given up
	WhyTold                    = "told"                       // an apology is carried out by telling it
	WhyNeverSent               = "never_sent"                 // the provider never heard of the payment, and now nobody will send it
	WhyReconciledWithoutAnswer = "reconciled_without_answer"  // the provider was asked and could not say what became of the payment
	WhyRefused                 = "refused"                    // the party declined and gave no code
	WhyFailed                  = "failed"                     // a call came to nothing, and the partner gave no code
	WhyNoAnswerInTime          = "no answer within its limit" // a call was not answered in time
	WhyTimeout                 = "timeout"                    // the party did not take the claim in time
)
