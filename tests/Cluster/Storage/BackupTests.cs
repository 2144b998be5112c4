using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Sluice.Grains.Clients;
using Sluice.Grains.Edges;
using Sluice.Grains.Issuers;
using Sluice.Grains.Tokens;
using Sluice.Rules.Audit;
using Sluice.Rules.Keys;
using Sluice.Rules.Limits;
using Sluice.Silo.Safekeeping;
using Sluice.Silo.Security;
using Sluice.Silo.Storage.Audit;
using Sluice.Silo.Storage.Revocations;

namespace Sluice.Cluster.Storage;

/// <summary>
/// Guards what an operator has when all else is lost: a backup is whole, is found out where it is not, and a database
/// that is put back gives nothing twice.
/// </summary>
public abstract class BackupTests : BackupScene
{
    private protected BackupTests(TestPlace place, TestPlace other)
        : base(place, other)
    {
    }

    [Fact]
    public async Task A_backup_is_put_back_whole_proved_and_known_to_its_keys()
    {
        await FillAsync();
        var tables = await CountsAsync(Silo);

        var backup = await BackUpAsync(First, Second);
        var (restored, silo) = await RestoreAsync(Second.FolderOf(backup.Manifest.Backup));

        Assert.Empty(restored.Proof.Problems);
        Assert.Equal((2, 4, 1, true), (
            restored.Proof.DataKeys, restored.Proof.Secrets, restored.Proof.ClientKeys, restored.Proof.KnownKey));
        Assert.Equal((4L, 1), (restored.Proof.AuditRecords, restored.Proof.Checkpoints));
        Assert.All(backup.Places, place => Assert.Equal("", place.Problem));
        var (client, secret) = await ClientOfAsync(silo);
        Assert.Equal("web", client.Definition!.Name);
        Assert.Equal("delivered later", secret);
        var after = await CountsAsync(silo);
        Assert.Equal(
            tables.Where(one => one.Key is not ("audit_outbox" or "revocation")),
            after.Where(one => one.Key is not ("audit_outbox" or "revocation")));
    }

    /// <summary>Guards what edges remember: nothing that they are told later has a number that they know.</summary>
    [Fact]
    public async Task What_outsiders_count_by_goes_on_above_all_that_was_given()
    {
        await FillAsync();
        var backup = await BackUpAsync(First);
        var epoch = (await Ledger.OpenAsync(Client, Token)).Epoch;

        var (restored, silo) = await RestoreAsync(First.FolderOf(backup.Manifest.Backup));

        var moment = MicrosecondsOf(restored.RestoredAt);
        var opened = await silo.GetRequiredService<IClientLedger>().OpenAsync(Client, Token);
        Assert.True(opened.Epoch > epoch);
        Assert.Equal(moment + 1, opened.Epoch);
        Assert.True(opened.SinceWritten < TimeSpan.FromMinutes(1));
        var feed = await silo.GetRequiredService<RevocationTable>().ReadAsync(0, Token);
        Assert.Equal((moment, moment + 1), (feed.Horizon, feed.Last));
        Assert.Equal(Issuer, Assert.Single(feed.Entries).Subject);
        Assert.Equal(moment, (await StateAsync<StoredEdgeSession>(silo, "edge-session", "edges")).Last);
    }

    [Fact]
    public async Task Rates_begin_empty_and_quotas_as_the_operator_has_said()
    {
        await FillAsync();
        var backup = await BackUpAsync(First);
        var folder = First.FolderOf(backup.Manifest.Backup);

        var (_, silo) = await RestoreAsync(folder, QuotasAfterRestore.Spent);

        var opened = await silo.GetRequiredService<IClientLedger>().OpenAsync(Client, Token);
        var rate = Assert.Single(opened.Rates).Reserve.Stored;
        Assert.Equal(Rate.Capacity * Rate.Period.Ticks, rate.Missing);
        Assert.Equal(LimitRules.AmountMax, Assert.Single(opened.Reserves).Reserved);

        var (_, kept) = await RestoreAsync(folder, QuotasAfterRestore.Keep);
        var asKept = await kept.GetRequiredService<IClientLedger>().OpenAsync(Client, Token);
        Assert.Equal(40, Assert.Single(asKept.Reserves).Reserved);
    }

    [Fact]
    public async Task All_tokens_from_before_end_and_what_has_signed_them_is_worth_nothing()
    {
        await FillAsync();
        var backup = await BackUpAsync(First);

        var (restored, silo) = await RestoreAsync(First.FolderOf(backup.Manifest.Backup));

        var second = restored.RestoredAt.ToUnixTimeSeconds() + 1;
        var tokens = await StateAsync<StoredTokens>(silo, "tokens", Client);
        Assert.Equal((second, 0), (tokens.TokensFrom, tokens.Families.Length));
        var issuer = await StateAsync<StoredIssuer>(silo, "issuer", "issuer");
        var key = Assert.Single(issuer.Keys);
        Assert.Null(key.Secret);
        Assert.Equal(second, issuer.TokensFrom);
        Assert.Null(issuer.ToRule().ActiveAt(restored.RestoredAt));
        Assert.Equal(MicrosecondsOf(restored.RestoredAt), issuer.Epoch);
    }

    [Fact]
    public async Task The_audit_trail_goes_on_where_it_was_and_says_that_it_was_put_back()
    {
        await FillAsync();
        var backup = await BackUpAsync(First);
        var (_, silo) = await RestoreAsync(First.FolderOf(backup.Manifest.Backup));

        var trail = silo.GetRequiredService<AuditTrail>();
        Assert.Equal(1, await trail.ChainAsync(Token));

        var records = await trail.ReadAsync(new AuditSelection(0, long.MaxValue, null), after: 0, Token);
        var verification = new AuditVerification(AuditHead.Empty);
        Assert.All(records, record => Assert.Equal(AuditFault.None, verification.Next(record)));
        Assert.Equal(("system.restore", $"backup/{backup.Manifest.Backup}", backup.Manifest.AuditHash), (
            records[^1].Entry.Note.Action, records[^1].Entry.Note.Subject, records[^1].Entry.Note.Before));
        Assert.Equal(backup.Manifest.AuditSequence + 1, records[^1].Sequence);
    }

    [Fact]
    public async Task A_database_with_anything_in_it_is_refused_and_left_as_it_is()
    {
        await FillAsync();
        var backup = await BackUpAsync(First);
        var before = await CountsAsync(Silo);

        await using var store = await TableStore.OpenAsync(Options, makes: true, Token);
        var refused = await Assert.ThrowsAsync<BackupException>(() => Restore(Ours).RunAsync(
            store, Wish(First.FolderOf(backup.Manifest.Backup)), Token));

        Assert.Contains("not empty", refused.Message, StringComparison.Ordinal);
        await store.DisposeAsync();
        Assert.Equal(before, await CountsAsync(Silo));
    }

    /// <summary>Guards against a medium that rots and against whoever writes on it.</summary>
    [Fact]
    public async Task What_was_changed_left_out_or_made_by_another_is_found_out_before_anything_is_restored()
    {
        await FillAsync();
        var folder = First.FolderOf((await BackUpAsync(First)).Manifest.Backup);
        var (part, manifest) = (Path.Combine(folder, "grain_state.part"), Path.Combine(folder, "manifest.json"));

        await TouchedAsync(part, bytes => bytes[^20] ^= 1, "changed or is damaged");
        await TouchedAsync(
            manifest, bytes => bytes[bytes.AsSpan().IndexOf("\"rows\": "u8) + 8] ^= 1, "not as it was written");
        var text = await File.ReadAllTextAsync(manifest, Token);
        await File.WriteAllTextAsync(
            manifest, text.Replace("\"format\": 1", "\"format\": 2", StringComparison.Ordinal), Token);
        await RefusedAsync("none newer than 1");
        await File.WriteAllTextAsync(manifest, text, Token);
        File.Move(part, part + ".away");
        await RefusedAsync("is missing");
        File.Move(part + ".away", part);
        var wrongKey = await Assert.ThrowsAsync<MasterKeyException>(() => RestoreWithAsync(Others));
        Assert.Contains(Ours.Current.Id, wrongKey.Message, StringComparison.Ordinal);

        async Task TouchedAsync(string file, Action<byte[]> touch, string words)
        {
            var bytes = await File.ReadAllBytesAsync(file, Token);
            touch(bytes);
            await File.WriteAllBytesAsync(file, bytes, Token);
            await RefusedAsync(words);
            touch(bytes);
            await File.WriteAllBytesAsync(file, bytes, Token);
        }

        async Task RefusedAsync(string words) => Assert.Contains(
            words, (await Assert.ThrowsAsync<BackupException>(() => RestoreWithAsync(Ours))).Message,
            StringComparison.Ordinal);

        async Task RestoreWithAsync(MasterKeys keys)
        {
            await using var store = await OtherAsync(await EmptyAsync());
            await Restore(keys).RunAsync(store, Wish(folder), Token);
        }
    }

    [Fact]
    public async Task A_place_that_cannot_take_it_costs_no_other_place_its_backup()
    {
        await FillAsync();
        await File.WriteAllTextAsync(Path.Combine(Folder, "file"), "", Token);
        var broken = new BackupPlace(Path.Combine(Folder, "file", "in-a-file"), "disk", IsOffSite: false);

        var outcome = await BackUpAsync(broken, First, Second);

        Assert.Equal([true, false, false], outcome.Places.Select(place => place.Problem.Length > 0));
        Assert.Equal(outcome.Manifest.Backup, $"{Assert.Single(First.List())}");
        Assert.Equal(outcome.Manifest.Backup, $"{Assert.Single(Second.List())}");
    }

    /// <summary>Guards secrets and people from whoever has a backup and not the master key.</summary>
    [Fact]
    public async Task A_backup_shows_nothing_without_the_master_key()
    {
        await FillAsync();
        var folder = First.FolderOf((await BackUpAsync(First)).Manifest.Backup);

        foreach (var file in Directory.EnumerateFiles(folder))
        {
            var text = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, Token));
            Assert.DoesNotContain(Client, text, StringComparison.Ordinal);
            Assert.DoesNotContain(new string('a', 64), text, StringComparison.Ordinal);
            Assert.Equal(
                OperatingSystem.IsWindows() ? default : UnixFileMode.UserRead | UnixFileMode.UserWrite,
                OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public async Task A_drill_leaves_nothing_and_tells_what_is_wrong_with_a_copy()
    {
        await FillAsync();
        var good = First.FolderOf((await BackUpAsync(First)).Manifest.Backup);
        var before = await CountsAsync(Silo);

        var drilled = await DrillAsync(good, KnownKey);
        Assert.Empty(drilled.Problems);
        Assert.True(drilled is { Rows: > 0, Proof.KnownKey: true } && drilled.Took > TimeSpan.Zero);
        Assert.Equal(before, await CountsAsync(Silo));

        await AskAsync("UPDATE audit_head SET sequence = sequence - 1");
        await AskAsync("UPDATE grain_state SET payload = " + Database.Dialect.Payload(
            "replace(CAST(payload AS text), '.d-', '.d-0')") + " WHERE state_name = 'client'");
        var bad = await DrillAsync(First.FolderOf((await BackUpAsync(First)).Manifest.Backup), KnownKey);

        Assert.Contains(bad.Problems, problem => problem.Contains("does not end", StringComparison.Ordinal));
        Assert.Contains(bad.Problems, problem => problem.Contains("does not open", StringComparison.Ordinal));
        var wrong = await DrillAsync(good, new KeyText("live", Client, 1, Secret[1..] + "x").Format());
        Assert.Contains(wrong.Problems, problem => problem.Contains("is not", StringComparison.Ordinal));
    }

    /// <summary>Guards against halves: of what others write meanwhile, all of a change is there or none.</summary>
    [Fact]
    public async Task A_backup_is_of_one_moment_though_others_write()
    {
        await FillAsync();
        await using var store = await TableStore.OpenAsync(Options, makes: false, Token);
        await store.BeginSnapshotAsync(Token);
        var epochs = await store.NumberAsync("SELECT sum(epoch) FROM client_ledger", Token);

        await Ledger.OpenAsync(Client, Token);
        await Ledger.OpenAsync("another", Token);

        Assert.Equal(epochs, await store.NumberAsync("SELECT sum(epoch) FROM client_ledger", Token));
    }
}
