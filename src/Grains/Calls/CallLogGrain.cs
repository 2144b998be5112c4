using System.Globalization;
using Sluice.Grains.Abstractions.Calls;

namespace Sluice.Grains.Calls;

/// <summary>Between one edge, which has no database, and the call log.</summary>
internal sealed class CallLogGrain(ICallLog log) : Grain, ICallLogGrain
{
    private const int TextMax = 256;

    public Task Append(CallBatch batch)
    {
        if (batch.EdgeSession <= 0
            || batch.EdgeSession.ToString(CultureInfo.InvariantCulture) != this.GetPrimaryKeyString()
            || batch.Number <= 0
            || batch.Dropped < 0
            || batch.Calls.Length is 0 or > CallBatch.CallsMax
            || !batch.Calls.All(IsOne))
        {
            throw new ArgumentException("This is no batch of this session's edge.", nameof(batch));
        }

        return log.AppendAsync(batch, CancellationToken.None);
    }

    private static bool IsOne(CallRecord call) => call.At >= 0 && call.Sequence > 0 && call.Duration >= 0
        && call.ClientId.Length <= TextMax && call.Method.Length <= TextMax && call.Path.Length <= TextMax
        && call.Code.Length <= TextMax && call.Agent.Length <= TextMax && call.Model.Length <= TextMax
        && call.Pool.Length <= TextMax;
}
