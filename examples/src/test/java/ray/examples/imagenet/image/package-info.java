@NullMarked
package ray.examples.imagenet.image;

import org.jspecify.annotations.NullMarked;
