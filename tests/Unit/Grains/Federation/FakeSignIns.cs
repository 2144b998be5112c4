using System.Text;
using System.Text.Json;
using Sluice.Grains.Federation;

namespace Sluice.Unit.Grains.Federation;

/// <summary>
/// Providers that people sign in at: what they answer is the test's to say, and what they are asked is kept.
/// </summary>
internal sealed class FakeSignIns : IProviderRequests
{
    private TaskCompletionSource? _held;

    /// <summary>Every question that came, in order.</summary>
    public List<ProviderQuestion> Asked { get; } = [];

    /// <summary>What is answered; null: nobody is there.</summary>
    public Func<ProviderQuestion, ProviderAnswer?> Answer { get; set; } = _ => null;

    /// <summary>From now on answers wait.</summary>
    public void Hold() => _held = new TaskCompletionSource();

    /// <summary>What waits is answered.</summary>
    public void Release() => _held!.SetResult();

    public async Task<ProviderAnswer> SendAsync(ProviderQuestion question, CancellationToken cancellationToken)
    {
        Asked.Add(question);
        if (_held is { } held)
        {
            await held.Task;
        }

        return Answer(question) ?? throw new ProviderAwayException("it is away");
    }

    /// <summary>An answer of JSON.</summary>
    public static ProviderAnswer Json(object body, int status = 200) =>
        new(status, JsonSerializer.SerializeToUtf8Bytes(body));

    /// <summary>An answer that is none.</summary>
    public static ProviderAnswer Nonsense(int status = 200) => new(status, Encoding.UTF8.GetBytes("<html>"));
}
