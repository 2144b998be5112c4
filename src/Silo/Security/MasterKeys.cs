using System.Security.Cryptography;
using Sluice.Rules.Secrets;

namespace Sluice.Silo.Security;

/// <summary>
/// Wraps data keys under the master key. While the master key is being replaced there are more of them, which only
/// open what was wrapped under them before.
/// </summary>
public sealed class MasterKeys
{
    private const string Purpose = "data-key-wrap";

    private readonly Dictionary<string, byte[]> _keys = [];

    /// <summary>The master key, and those that it takes the place of or that will take its place.</summary>
    public MasterKeys(MasterKey current, params IEnumerable<MasterKey> others)
    {
        Current = current;
        foreach (var key in others.Prepend(current))
        {
            _keys[key.Id] = key.Derive(Purpose);
        }
    }

    /// <summary>Wraps new data keys.</summary>
    public MasterKey Current { get; }

    /// <summary>Wraps a data key under the current master key.</summary>
    /// <param name="place">Names the data key.</param>
    /// <param name="dataKey">The key.</param>
    public string Wrap(string place, ReadOnlySpan<byte> dataKey) => SealedText.Seal(
        Current.Id, _keys[Current.Id], RandomNumberGenerator.GetBytes(SealedText.NonceBytes), place, dataKey);

    /// <summary>Whether it is wrapped under the current master key.</summary>
    public bool IsCurrent(string wrapped) => SealedText.KeyIdOf(wrapped) == Current.Id;

    /// <summary>Unwraps a data key.</summary>
    /// <exception cref="MasterKeyException">The master key it was wrapped under is not here.</exception>
    public byte[] Unwrap(string place, string wrapped)
    {
        if (SealedText.KeyIdOf(wrapped) is not { } id)
        {
            throw new MasterKeyException($"The database's {place} is no wrapped key: restore it from its backup.");
        }

        if (!_keys.TryGetValue(id, out var key))
        {
            throw new MasterKeyException(
                $"The database's {place} was wrapped under the master key '{id}', and this silo has "
                + $"{string.Join(", ", _keys.Keys.Select(known => $"'{known}'"))}: give it the master key that the "
                + "database was made with as Silo:MasterKeyFile, or, after replacing it, as one of "
                + "Silo:OpeningMasterKeyFiles.");
        }

        return SealedText.Open(wrapped, key, place) ?? throw new MasterKeyException(
            $"The database's {place} does not open under the master key '{id}' that it names: it was changed. "
            + "Restore it from its backup.");
    }
}
