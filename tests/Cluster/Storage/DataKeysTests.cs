using Microsoft.Extensions.Logging.Abstractions;
using Sluice.Grains.Secrets;
using Sluice.Silo.Security;
using Sluice.Silo.Storage.Secrets;
using Sluice.Testing;

namespace Sluice.Cluster.Storage;

/// <summary>Secrets at rest, over the keys that the database holds wrapped.</summary>
public abstract class DataKeysTests : StorageTest
{
    private const string Place = "client/c/delivery/r";

    private static readonly byte[] Secret = "a secret"u8.ToArray();

    private readonly List<DataKeys> _made = [];
    private readonly ManualTime _time = new();

    private protected DataKeysTests(TestPlace place)
        : base(place)
    {
    }

    [Fact]
    public async Task What_one_silo_sealed_another_opens()
    {
        var first = await StartAsync(KeyOf('a'));
        var second = await StartAsync(KeyOf('a'));

        var sealedSecret = await Box(first).SealAsync(Place, Secret, Token);

        Assert.Equal(Secret, await Box(second).OpenAsync(Place, sealedSecret, Token));
        Assert.Equal(first.MacKey, second.MacKey);
        Assert.Equal(["client-key-mac", "seal"], await AskAsync("SELECT purpose FROM data_key ORDER BY purpose"));
    }

    [Fact]
    public async Task The_database_holds_no_key_in_the_clear()
    {
        var keys = await StartAsync(KeyOf('a'));
        var (_, key) = await keys.ForSealingAsync(Token);

        var stored = string.Join('\n', await AskAsync("SELECT id || ' ' || purpose || ' ' || wrapped FROM data_key"));
        foreach (var bytes in (byte[][])[key, keys.MacKey])
        {
            Assert.DoesNotContain(Convert.ToHexString(bytes), stored, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain(Convert.ToBase64String(bytes)[..40], stored, StringComparison.Ordinal);
        }
    }

    /// <summary>
    /// Guards keys issued before there were data keys: HMAC-SHA256 under the key that was derived from the master key,
    /// worked out by another implementation.
    /// </summary>
    [Fact]
    public async Task A_key_s_digest_has_the_same_MAC_for_ever()
    {
        byte[] digest = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];

        var hasher = new KeyHasher(await StartAsync(KeyOf('a')));

        Assert.Equal(
            "ce9faa8fe7de95b0a589da993a3e79c351d3509dac9a8c6f4d64f0f5fc5fd678",
            Convert.ToHexStringLower(hasher.Mac(digest)));
        Assert.Equal("hmac-sha256.1", hasher.KeyId);
    }

    [Fact]
    public async Task Another_master_key_is_refused_when_the_silo_starts()
    {
        await StartAsync(KeyOf('a'));

        var refused = await Assert.ThrowsAsync<MasterKeyException>(() => StartAsync(KeyOf('b')));

        Assert.Contains(KeyOf('a').Id, refused.Message, StringComparison.Ordinal);
        Assert.Contains(KeyOf('b').Id, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replaced_master_key_is_needed_no_more_once_a_silo_has_started_with_both()
    {
        var before = await StartAsync(KeyOf('a'));
        var sealedSecret = await Box(before).SealAsync(Place, Secret, Token);

        await StartAsync(KeyOf('b'), KeyOf('a'));
        var after = await StartAsync(KeyOf('b'));

        Assert.Equal(Secret, await Box(after).OpenAsync(Place, sealedSecret, Token));
        Assert.Equal(before.MacKey, after.MacKey);
        await Assert.ThrowsAsync<MasterKeyException>(() => StartAsync(KeyOf('a')));
    }

    [Fact]
    public async Task A_wrapped_key_that_was_changed_is_refused()
    {
        await StartAsync(KeyOf('a'));
        await AskAsync("UPDATE data_key SET wrapped = replace(wrapped, 'A256GCM.', 'A256GCM.x')");
        await Assert.ThrowsAsync<MasterKeyException>(() => StartAsync(KeyOf('a')));

        await AskAsync("UPDATE data_key SET wrapped = 'x'");
        await Assert.ThrowsAsync<MasterKeyException>(() => StartAsync(KeyOf('a')));
    }

    [Fact]
    public async Task A_key_moved_to_another_name_does_not_open()
    {
        var keys = await StartAsync(KeyOf('a'));
        await keys.ForSealingAsync(Token);
        await AskAsync("""
            UPDATE data_key SET wrapped = (SELECT wrapped FROM data_key WHERE purpose = 'seal')
            WHERE purpose = 'client-key-mac'
            """);

        await Assert.ThrowsAsync<MasterKeyException>(() => StartAsync(KeyOf('a')));
    }

    [Fact]
    public async Task Secrets_are_sealed_with_a_new_key_after_ninety_days()
    {
        var keys = await StartAsync(KeyOf('a'));
        var old = await Box(keys).SealAsync(Place, Secret, Token);
        var (first, _) = await keys.ForSealingAsync(Token);
        Assert.Equal(first, (await keys.ForSealingAsync(Token)).Id);

        _time.Advance(DataKeys.SealsFor);
        var (second, _) = await keys.ForSealingAsync(Token);

        Assert.NotEqual(first, second);
        Assert.Equal(second, (await keys.ForSealingAsync(Token)).Id);
        Assert.Equal(Secret, await Box(keys).OpenAsync(Place, old, Token));
    }

    /// <summary>Guards a running silo from a vault that is away: what it needs is in memory already.</summary>
    [Fact]
    public async Task A_vault_that_is_away_stops_nobody_from_sealing_and_opening()
    {
        var vault = new AwayKey();
        var keys = await StartAsync(vault);
        var sealedSecret = await Box(keys).SealAsync(Place, Secret, Token);
        var (first, _) = await keys.ForSealingAsync(Token);
        var asked = vault.Asked;

        vault.IsAway = true;
        _time.Advance(DataKeys.SealsFor);
        Assert.Equal(first, (await keys.ForSealingAsync(Token)).Id);
        Assert.Equal(first, (await keys.ForSealingAsync(Token)).Id);
        Assert.Equal(Secret, await Box(keys).OpenAsync(Place, sealedSecret, Token));
        Assert.Equal(asked + 1, vault.Asked); // Once, and not again for every secret.

        vault.IsAway = false;
        _time.Advance(DataKeys.GoesOnFor);
        Assert.NotEqual(first, (await keys.ForSealingAsync(Token)).Id);
        Assert.Equal(Secret, await Box(keys).OpenAsync(Place, sealedSecret, Token));
    }

    [Fact]
    public async Task The_next_key_is_made_while_the_last_one_seals()
    {
        var vault = new AwayKey();
        var keys = await StartAsync(vault);
        var (first, _) = await keys.ForSealingAsync(Token);

        _time.Advance(DataKeys.SealsFor - DataKeys.MadeAhead);
        Assert.Equal(first, (await keys.ForSealingAsync(Token)).Id);

        await Eventually.True(
            async () => (await keys.ForSealingAsync(Token)).Id != first, "The next key seals.");
    }

    [Fact]
    public async Task A_secret_in_another_place_or_of_a_lost_key_says_so()
    {
        var keys = await StartAsync(KeyOf('a'));
        var sealedSecret = await Box(keys).SealAsync(Place, Secret, Token);

        var moved = await Assert.ThrowsAsync<SecretNotOpenException>(
            async () => await Box(keys).OpenAsync("client/d/delivery/r", sealedSecret, Token));
        Assert.Contains("client/d/delivery/r", moved.Message, StringComparison.Ordinal);
        await AskAsync("DELETE FROM data_key WHERE purpose = 'seal'");
        var lost = await Assert.ThrowsAsync<SecretNotOpenException>(
            async () => await Box(await StartAsync(KeyOf('a'))).OpenAsync(Place, sealedSecret, Token));
        Assert.Contains("not in the database", lost.Message, StringComparison.Ordinal);
        var none = await Assert.ThrowsAsync<SecretNotOpenException>(
            async () => await Box(keys).OpenAsync(Place, new SealedSecret(), Token));
        Assert.Contains("no sealed secret", none.Message, StringComparison.Ordinal);
    }

    private static MasterKey KeyOf(char digit) => MasterKey.Parse(new string(digit, 64));

    private static SecretBox Box(DataKeys keys) => new(keys);

    private async Task<DataKeys> StartAsync(IMasterKey current, params IMasterKey[] others)
    {
        var keys = new DataKeys(
            new DataKeyTable(Database), new MasterKeys(current, others), _time, NullLogger<DataKeys>.Instance);
        _made.Add(keys);
        await keys.PrepareAsync(Token);
        return keys;
    }

    /// <summary>A master key in a vault that can be away.</summary>
    private sealed class AwayKey : IMasterKey
    {
        private readonly MasterKey _key = KeyOf('a');

        public bool IsAway { get; set; }

        public int Asked { get; private set; }

        public string Id => _key.Id;

        public ValueTask<string> WrapAsync(
            string place, ReadOnlyMemory<byte> dataKey, CancellationToken cancellationToken) =>
            Here().WrapAsync(place, dataKey, cancellationToken);

        public ValueTask<byte[]?> UnwrapAsync(string place, string wrapped, CancellationToken cancellationToken) =>
            Here().UnwrapAsync(place, wrapped, cancellationToken);

        public ValueTask<bool> IsNewestAsync(string wrapped, CancellationToken cancellationToken) =>
            Here().IsNewestAsync(wrapped, cancellationToken);

        private MasterKey Here()
        {
            Asked++;
            return IsAway ? throw new MasterKeyException("It is away.") : _key;
        }
    }
}
