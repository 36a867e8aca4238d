package program;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import ray.ObjectRef;
import ray.Ray;

/** A program that never lets go of a ref. It lies outside Ray's packages, as programs do. */
public final class Keeper {
  private static final Queue<ObjectRef<byte[]>> KEPT = new ConcurrentLinkedQueue<>();

  private Keeper() {}

  /** Makes a ref, keeps it, and returns it. */
  public static ObjectRef<byte[]> keep() {
    ObjectRef<byte[]> ref = Ray.put(new byte[200_000]);
    KEPT.add(ref);
    return ref;
  }
}
