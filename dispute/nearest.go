package dispute

import "fmt"

// nearest is the known name that was probably meant, "" where none is near.
func nearest(found string, known []string) string {
	best, distance := "", len(found)/3+2
	for _, name := range known {
		if d := editDistance(found, name, distance); d < distance {
			best, distance = name, d
		}
	}
	return best
}

// nearestHint proposes the name that was probably meant: " (did you mean ...?)",
// or nothing where none is near.
func nearestHint(found string, known []string) string {
	if meant := nearest(found, known); meant != "" {
		return fmt.Sprintf(" (did you mean %s?)", meant)
	}
	return ""
}

// editDistance is how many letters must be put, taken or changed to make a into b;
// any number of at least most where it is no smaller.
func editDistance(a, b string, most int) int {
	if d := len(a) - len(b); d >= most || -d >= most || len(a) > 64 || len(b) > 64 {
		return most
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := diagonal
			if a[i-1] != b[j-1] {
				change++
			}
			diagonal = row[j]
			row[j] = min(change, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
