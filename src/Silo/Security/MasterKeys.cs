using Sluice.Rules.Secrets;

namespace Sluice.Silo.Security;

/// <summary>
/// Wraps data keys under the master key. While the master key is being replaced there are more of them, which only
/// open what was wrapped under them before.
/// </summary>
internal sealed class MasterKeys : IDisposable
{
    private readonly Dictionary<string, IMasterKey> _keys = [];

    /// <summary>The master key, and those that it takes the place of or that will take its place.</summary>
    public MasterKeys(IMasterKey current, params IEnumerable<IMasterKey> others)
    {
        Current = current;
        foreach (var key in others.Append(current))
        {
            _keys[key.Id] = key;
        }
    }

    /// <summary>Wraps new data keys.</summary>
    public IMasterKey Current { get; }

    /// <summary>Wraps a data key under the current master key.</summary>
    /// <param name="place">Names the data key.</param>
    /// <param name="dataKey">The key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MasterKeyException">A vault does not do so.</exception>
    public ValueTask<string> WrapAsync(
        string place, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken) =>
        Current.WrapAsync(place, dataKey, cancellationToken);

    /// <summary>Whether it is wrapped under the current master key.</summary>
    public bool IsCurrent(string wrapped) => WrappedText.KeyIdOf(wrapped) == Current.Id;

    /// <summary>Unwraps a data key.</summary>
    /// <exception cref="MasterKeyException">
    /// The master key it was wrapped under is not here, or its vault is away.
    /// </exception>
    public async ValueTask<byte[]> UnwrapAsync(string place, string wrapped, CancellationToken cancellationToken)
    {
        if (WrappedText.KeyIdOf(wrapped) is not { } id)
        {
            throw new MasterKeyException($"The database's {place} is no wrapped key: restore it from its backup.");
        }

        if (!_keys.TryGetValue(id, out var key))
        {
            throw new MasterKeyException(
                $"The database's {place} was wrapped under the master key '{id}', and this silo has "
                + $"{string.Join(", ", _keys.Keys.Select(known => $"'{known}'"))}: give it the master key that the "
                + "database was made with as Silo:MasterKeyFile, or, after replacing it, as one of "
                + "Silo:OpeningMasterKeyFiles; of a vault, with Vault:OpensOnly or AzureKeyVault:OpensOnly.");
        }

        return await key.UnwrapAsync(place, wrapped, cancellationToken) ?? throw new MasterKeyException(
            $"The database's {place} does not open under the master key '{id}' that it names: it was changed. "
            + "Restore it from its backup.");
    }

    public void Dispose()
    {
        foreach (var key in _keys.Values.OfType<IDisposable>())
        {
            key.Dispose();
        }
    }
}
