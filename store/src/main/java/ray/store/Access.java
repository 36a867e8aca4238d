package ray.store;

import java.util.concurrent.CompletableFuture;
import ray.core.store.StoreObject;

/** What an object that is being written or read tells its store when that ends. */
interface Access {
  /** It is complete; returns false if nobody relies on it any more. */
  boolean sealed(StoreObject object, long owner, Pin pin);

  /** The same, without waiting for the store to know it. */
  CompletableFuture<Boolean> sealedSoon(StoreObject object, long owner, Pin pin);

  /** It will never be complete. */
  void givenUp(long key, Pin pin);

  /** Nobody reads it by that pin any more. */
  void endRead(Pin pin);
}
