@NullMarked
package ray.examples.imagenet;

import org.jspecify.annotations.NullMarked;
