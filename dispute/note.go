package dispute

import (
	"slices"
	"strconv"
)

// What one note refers to at most.
const (
	maxNoteEvidence = 20
	maxMentions     = 10
)

// CheckMentions says whether a note refers to what there is: evidence of the case, and
// colleagues, who are named in notes of staff only. It fails with CodeInvalid and fields.
func CheckMentions(c *Case, evidence, colleagues []string, toCustomer bool) error {
	var wrong []Field
	if len(evidence) > maxNoteEvidence {
		wrong = append(wrong, Field{"/evidence", "too many"})
	}
	for i, id := range evidence {
		at := "/evidence/" + strconv.Itoa(i)
		switch {
		case !c.HasEvidence(id):
			wrong = append(wrong, Field{at, "is not evidence of this case"})
		case slices.Contains(evidence[:i], id):
			wrong = append(wrong, Field{at, "stands twice"})
		}
	}
	if len(colleagues) > maxMentions || toCustomer && len(colleagues) > 0 {
		wrong = append(wrong, Field{"/mentions", "up to 10 colleagues, in a note that customers do not see"})
	}
	for i, id := range colleagues {
		if id == "" || len(id) > MaxIDLength || slices.Contains(colleagues[:i], id) {
			wrong = append(wrong, Field{"/mentions/" + strconv.Itoa(i), "is nobody, or stands twice"})
		}
	}
	if len(wrong) > 0 {
		return Invalid("the note refers to what is not there", wrong...)
	}
	return nil
}
