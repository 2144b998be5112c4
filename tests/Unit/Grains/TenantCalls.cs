using Sluice.Grains.Abstractions.Tenants;
using Sluice.Grains.Tenants;

namespace Sluice.Unit.Grains;

/// <summary>
/// Counts the calls that arrive at tenants, and loses what a test wants lost: before or after it was done.
/// </summary>
internal sealed class TenantCalls : IIncomingGrainCallFilter
{
    private readonly Dictionary<string, int> _counts = [];

    /// <summary>Calls of all methods.</summary>
    public int All => _counts.Values.Sum();

    /// <summary>Methods, also those of clients that tenants call, that fail without being done.</summary>
    public HashSet<string> Unreachable { get; } = [];

    /// <summary>Methods whose next answer is lost when they are done.</summary>
    public HashSet<string> LosesNextAnswer { get; } = [];

    /// <summary>Calls of one method.</summary>
    public int Of(string method) => _counts.GetValueOrDefault(method);

    public void Forget() => _counts.Clear();

    public async Task Invoke(IIncomingGrainCallContext context)
    {
        var method = context.MethodName;
        if (context.Grain is not TenantGrain && method != nameof(ITenantShareHolder.RecallShare))
        {
            await context.Invoke();
            return;
        }

        _counts[method] = _counts.GetValueOrDefault(method) + 1;
        if (Unreachable.Contains(method))
        {
            throw new TimeoutException($"{method} does not arrive.");
        }

        await context.Invoke();
        if (LosesNextAnswer.Remove(method))
        {
            throw new TimeoutException($"The answer of {method} is lost.");
        }
    }
}
