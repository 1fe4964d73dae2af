package devstack

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
)

// photo draws a real JPEG: a brown box with a crack through it.
func photo(seed int64) ([]byte, error) {
	const size = 320
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	wall := color.RGBA{R: 225, G: 228, B: 232, A: 255}
	box := color.RGBA{R: 176, G: 124, B: 72, A: 255}
	crack := color.RGBA{R: 40, G: 22, B: 12, A: 255}
	for y := range size {
		for x := range size {
			c := wall
			if x > 60 && x < 260 && y > 80 && y < 270 {
				c = box
			}
			// A zigzag; the seed moves it, so that no two photos are the same.
			middle := 120 + int(seed%80) + (y/12%3)*7 + y/9%5*3
			if c == box && x > middle && x < middle+5 {
				c = crack
			}
			img.SetRGBA(x, y, c)
		}
	}
	for i := range 8 { // the seed in the corner, a block a byte
		v := uint8(seed >> (8 * i))
		for d := range 64 {
			img.SetRGBA(i*8+d%8, d/8, color.RGBA{R: v, G: v, B: v, A: 255})
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}); err != nil {
		return nil, fmt.Errorf("drawing a photo: %w", err)
	}
	return out.Bytes(), nil
}
