namespace Sluice.Testing;

/// <summary>The longest a test waits for something that must happen. Reached only by a test that fails.</summary>
public static class Deadline
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    /// <exception cref="TimeoutException">It did not happen.</exception>
    public static Task Within(this Task task) => task.WaitAsync(Limit, TimeProvider.System);

    /// <inheritdoc cref="Within(Task)"/>
    public static Task<T> Within<T>(this Task<T> task) => task.WaitAsync(Limit, TimeProvider.System);
}
