@NullMarked
package ray.examples.imagenet.tar;

import org.jspecify.annotations.NullMarked;
