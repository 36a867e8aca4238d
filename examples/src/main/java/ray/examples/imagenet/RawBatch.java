package ray.examples.imagenet;

import java.util.List;

/**
 * Some images of one tar as they were in it, one after the other, on their way from the task that
 * reads to the tasks that decode.
 *
 * @param tar the name of the tar file
 * @param names of the images
 * @param labels their classes
 * @param ends where each ends in {@code data}; it begins where the one before ends
 * @param data their files
 * @param problems met while reading the tar up to here
 * @param tarBytes how much of the tar was read for this batch
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record RawBatch(
    String tar,
    List<String> names,
    List<String> labels,
    int[] ends,
    byte[] data,
    List<Problem> problems,
    long tarBytes) {
  int count() {
    return ends.length;
  }

  int start(int image) {
    return image == 0 ? 0 : ends[image - 1];
  }

  int length(int image) {
    return ends[image] - start(image);
  }
}
