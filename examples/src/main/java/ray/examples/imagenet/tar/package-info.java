/**
 * Where tar files come from (a folder, S3, the sample in the jar), and the images in them as a
 * stream.
 */
@NullMarked
package ray.examples.imagenet.tar;

import org.jspecify.annotations.NullMarked;
