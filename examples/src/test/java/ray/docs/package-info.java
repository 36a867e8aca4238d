/** Compiles and runs every snippet of the project's documents. */
package ray.docs;
