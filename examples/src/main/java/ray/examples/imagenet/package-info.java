/**
 * ImageNet loaded with Ray: tar files of JPEGs, from a folder or from S3, become batches of pixels
 * in the object store, and the batches a mean image. {@link ray.examples.imagenet.ImageNet} is the
 * library, {@link ray.examples.imagenet.ImageNetCommand} the program.
 */
@NullMarked
package ray.examples.imagenet;

import org.jspecify.annotations.NullMarked;
