/** Compiles and runs every snippet of the project's documents. */
@NullMarked
package ray.docs;

import org.jspecify.annotations.NullMarked;
