/** The JUnit extension that gives a test its own Ray. */
@NullMarked
package ray.junit;

import org.jspecify.annotations.NullMarked;
