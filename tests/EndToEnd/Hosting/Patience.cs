namespace Sluice.EndToEnd.Hosting;

/// <summary>
/// How long a test waits for what must happen. Generous, for busy machines: only a failure takes so long.
/// </summary>
public static class Patience
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(25);

    /// <summary>Cancelled a minute from now, or when the run ends.</summary>
    public static CancellationToken Token => TokenAfter(Limit);

    public static CancellationToken TokenAfter(TimeSpan patience)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        source.CancelAfter(patience);
        return source.Token;
    }

    /// <summary>For what only tells when it is asked: asks until the answer fits, or fails with the last one.</summary>
    public static async Task<T> UntilAsync<T>(Func<Task<T>> ask, Func<T, bool> fits)
    {
        var deadline = Token;
        while (true)
        {
            var answer = await ask();
            if (fits(answer))
            {
                return answer;
            }

            Assert.False(deadline.IsCancellationRequested, $"After {Limit} the answer was still: {answer}");
            await Task.Delay(LookAgain, TimeProvider.System, CancellationToken.None);
        }
    }
}
