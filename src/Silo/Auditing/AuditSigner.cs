using System.Security.Cryptography;
using System.Text;
using Sluice.Grains.Secrets;
using Sluice.Rules.Tokens;
using Sluice.Silo.Storage.Audit;

namespace Sluice.Silo.Auditing;

/// <summary>
/// The keys that checkpoints are signed with. A key is made by the silo that needs the first one, sealed where it was
/// made, and signs for a year; its public half stays for ever, because old checkpoints are judged by it.
/// </summary>
internal sealed class AuditSigner(CheckpointTable table, ISecretBox box)
{
    internal static readonly TimeSpan SignsFor = TimeSpan.FromDays(365);

    /// <summary>The key to sign with now.</summary>
    public async Task<PrivateKey> CurrentAsync(CancellationToken cancellationToken)
    {
        var keys = await table.KeysAsync(cancellationToken);
        var now = await table.NowAsync(cancellationToken);
        if (keys.Count == 0 || now - keys[^1].MadeAt > SignsFor.TotalMicroseconds)
        {
            await MakeAsync(cancellationToken);
            keys = await table.KeysAsync(cancellationToken); // Another silo may have made one too: the last one counts.
        }

        var newest = keys[^1];
        var pkcs8 = await box.OpenAsync(
            PlaceOf(newest.Id), new SealedSecret { Text = newest.Sealed }, cancellationToken);
        return PrivateKey.Read(pkcs8, SignatureAlgorithm.Es256);
    }

    /// <summary>All keys that checkpoints were ever signed with.</summary>
    public async Task<PublicKeySet> PublicKeysAsync(CancellationToken cancellationToken) => new(
    [
        .. (await table.KeysAsync(cancellationToken)).Select(row =>
            PublicKey.TryParse(Encoding.UTF8.GetBytes(row.Public))
            ?? throw new InvalidOperationException($"The audit key '{row.Id}' in the database is no key."))
            .DistinctBy(key => key.KeyId),
    ]);

    private async Task MakeAsync(CancellationToken cancellationToken)
    {
        using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var pkcs8 = made.ExportPkcs8PrivateKey();
        try
        {
            var key = PrivateKey.Read(pkcs8, SignatureAlgorithm.Es256);
            var id = key.Public.KeyId;
            var sealedKey = await box.SealAsync(PlaceOf(id), pkcs8, cancellationToken);
            await table.AddKeyAsync(id, key.Public.ToJson(), sealedKey.Text, cancellationToken);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    private static string PlaceOf(string id) => $"audit-key/{id}";
}
