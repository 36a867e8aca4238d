package ray.runtime.serialization;

import java.util.List;

/** There are two of these; see {@link ShadowedClassTest}. */
record ShadowedPoint(int x, List<ShadowedPoint> near) {}
