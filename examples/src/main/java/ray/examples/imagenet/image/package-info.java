/**
 * Images from bytes to pixels of one size: JPEG and PNG decoding, and resizing as Pillow does it.
 */
@NullMarked
package ray.examples.imagenet.image;

import org.jspecify.annotations.NullMarked;
