using Sluice.Grains.Federation;
using Sluice.Rules.Tokens;

namespace Sluice.Unit.Grains.Federation;

/// <summary>Identity providers: what keys they have, how often they are asked, and whether they answer.</summary>
internal sealed class FakeProviders : IProviderKeySource
{
    private readonly Dictionary<string, PublicKeySet> _keys = [];
    private TaskCompletionSource? _held;

    /// <summary>How often any was asked.</summary>
    public int Asked { get; private set; }

    public bool IsAway { get; set; }

    public void Has(string issuer, params PrivateKey[] keys) => Has(issuer, [.. keys.Select(key => key.Public)]);

    public void Has(string issuer, params PublicKey[] keys) => _keys[issuer] = new PublicKeySet([.. keys]);

    /// <summary>From now on answers wait.</summary>
    public void Hold() => _held = new TaskCompletionSource();

    /// <summary>What waits is answered.</summary>
    public void Release() => _held!.SetResult();

    public async Task<byte[]> FetchAsync(string issuer, string keySetAddress, CancellationToken cancellationToken)
    {
        Asked++;
        if (_held is { } held)
        {
            await held.Task;
        }

        return !IsAway && _keys.TryGetValue(issuer, out var keys)
            ? keys.ToJson()
            : throw new ProviderKeysException("it is away");
    }
}
