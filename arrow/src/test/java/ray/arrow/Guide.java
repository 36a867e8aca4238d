package ray.arrow;

import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.Float8Vector;
import org.apache.arrow.vector.VectorSchemaRoot;
import ray.Ray;
import ray.RayOptions;

/** The guide's example of Arrow's tables, as it stands there. */
final class Guide {
  private Guide() {}

  static double mean(VectorSchemaRoot table) {
    try (table) { // lets go of the store's memory
      Float8Vector prices = (Float8Vector) table.getVector("price");
      double sum = 0;
      for (int row = 0; row < table.getRowCount(); row++) {
        sum += prices.get(row);
      }
      return sum / table.getRowCount();
    }
  }

  @SuppressWarnings("try") // it is the default instance
  static double example() {
    Float8Vector prices = new Float8Vector("price", new RootAllocator());
    for (int row = 0; row < 1_000_000; row++) {
      prices.setSafe(row, row);
    }
    prices.setValueCount(1_000_000);
    var opens = "--add-opens=java.base/java.nio=ALL-UNNAMED";
    try (var table = VectorSchemaRoot.of(prices);
        var ray = Ray.init(ArrowValues.in(RayOptions.defaults()))) {
      var mean = Ray.remote(Guide::mean).jvmOptions(opens);
      return mean.remote(table).get();
    }
  }
}
