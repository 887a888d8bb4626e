/**
 * The store in tests of others. Start with {@link io.sagelocal.fakes3.junit.FakeS3Extension}. JUnit
 * itself comes from whoever uses it.
 */
@NullMarked
package io.sagelocal.fakes3.junit;

import org.jspecify.annotations.NullMarked;
