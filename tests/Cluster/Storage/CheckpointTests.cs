using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Sluice.Grains.Audit;
using Sluice.Rules.Audit;
using Sluice.Silo;
using Sluice.Silo.Auditing;
using Sluice.Silo.Security;
using Sluice.Silo.Storage.Audit;
using Sluice.Silo.Storage.Secrets;

namespace Sluice.Cluster.Storage;

/// <summary>
/// Guards the trail from whoever has the database: what it was is signed and kept elsewhere, nothing in it is changed,
/// and what goes with time is its beginning and leaves a checkpoint.
/// </summary>
public abstract class CheckpointTests : StorageTest
{
    private const int LongAgo = 202501;

    private static readonly AuditSelection All = new(0, long.MaxValue, null);

    private int _entries;

    private protected CheckpointTests(TestPlace place)
        : base(place)
    {
    }

    private AuditTrail Trail => Silo.GetRequiredService<AuditTrail>();

    private CheckpointTable Table => Silo.GetRequiredService<CheckpointTable>();

    /// <summary>Makes records of the given ones look as if they had got their place in another month.</summary>
    private protected abstract IEnumerable<string> Backdate(int month, int records);

    [Fact]
    public async Task The_end_of_the_trail_is_signed_once_however_many_silos_do()
    {
        await NoteAsync(3);
        var silos = await Task.WhenAll(NewAsync(), NewAsync(), NewAsync());

        await Task.WhenAll(silos.Select(silo => Task.Run(() => silo.Checkpointer.WorkAsync(Token), Token)));
        await silos[1].Checkpointer.WorkAsync(Token);

        var row = Assert.Single(await Table.ReadAsync(after: 0, Token));
        var signed = AuditCheckpoint.Read(row.Line, await silos[2].Signer.PublicKeysAsync(Token))!;
        Assert.Equal((1, await Trail.HeadAsync(Token)), (signed.Number, signed.Head));
        Assert.Equal(AuditCheckpoint.NothingBefore, signed.Before);
    }

    [Fact]
    public async Task It_is_signed_again_when_its_period_is_over_or_it_has_grown_much_and_not_before()
    {
        var patient = await NewAsync(period: TimeSpan.FromHours(1));
        var hasty = await NewAsync(period: TimeSpan.Zero);
        await NoteAsync(1);
        await patient.Checkpointer.WorkAsync(Token);
        await NoteAsync(1);
        await patient.Checkpointer.WorkAsync(Token);
        Assert.Single(await Table.ReadAsync(after: 0, Token));

        await hasty.Checkpointer.WorkAsync(Token);
        await hasty.Checkpointer.WorkAsync(Token);
        Assert.Equal(2, (await Table.ReadAsync(after: 0, Token)).Count);
        await NoteAsync(AuditCheckpointer.RecordsMax);
        await patient.Checkpointer.WorkAsync(Token);

        var rows = await Table.ReadAsync(after: 0, Token);
        var verification = new CheckpointVerification(await patient.Signer.PublicKeysAsync(Token));
        Assert.Equal([1, 2, 2 + AuditCheckpointer.RecordsMax], rows.Select(row => row.Sequence));
        Assert.All(rows, row => Assert.Equal(CheckpointFault.None, verification.Next(row.Line)));
    }

    [Fact]
    public async Task Checkpoints_are_kept_at_the_second_place_each_once_also_when_it_was_away()
    {
        var folder = Directory.CreateTempSubdirectory("sluice-checkpoints-").FullName;
        var file = Path.Combine(folder, "mounted", "checkpoints");
        try
        {
            var silo = await NewAsync(period: TimeSpan.Zero, file: file);
            for (var i = 0; i < 2; i++)
            {
                await NoteAsync(1);
                await Assert.ThrowsAsync<DirectoryNotFoundException>(() => silo.Checkpointer.WorkAsync(Token));
            }

            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await silo.Checkpointer.WorkAsync(Token);
            await silo.Checkpointer.WorkAsync(Token);
            await NoteAsync(1);
            await (await NewAsync(period: TimeSpan.Zero, file: file)).Checkpointer.WorkAsync(Token);

            var kept = await File.ReadAllLinesAsync(file, Token);
            Assert.Equal((await Table.ReadAsync(after: 0, Token)).Select(row => row.Line), kept);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Records_and_checkpoints_are_only_ever_added()
    {
        await NoteAsync(2);
        await (await NewAsync()).Checkpointer.WorkAsync(Token);

        foreach (var sql in (string[])
            [
                "UPDATE audit_record SET actor = 'nobody' WHERE sequence = 1",
                "DELETE FROM audit_record WHERE sequence = 1",
                "DELETE FROM audit_record",
                "UPDATE audit_checkpoint SET line = ''",
            ])
        {
            await Assert.ThrowsAnyAsync<DbException>(() => AskAsync(sql));
        }

        Assert.Equal(2, (await Trail.ReadAsync(All, after: 0, Token)).Count);
    }

    [Fact]
    public async Task A_month_that_has_had_its_time_goes_and_what_stays_is_verified_behind_its_end()
    {
        await NoteAsync(5);
        foreach (var sql in Backdate(LongAgo, records: 3))
        {
            await AskAsync(sql);
        }

        var before = await Trail.ReadAsync(All, after: 0, Token);
        await (await NewAsync(keepDays: 0)).Checkpointer.WorkAsync(Token);
        Assert.Equal(5, (await Trail.ReadAsync(All, after: 0, Token)).Count);
        var silo = await NewAsync(keepDays: 180);

        await silo.Checkpointer.WorkAsync(Token);
        await silo.Checkpointer.WorkAsync(Token);

        var left = await Trail.ReadAsync(All, after: 0, Token);
        Assert.Equal([4, 5], left.Select(record => record.Sequence));
        var verification = new CheckpointVerification(await silo.Signer.PublicKeysAsync(Token));
        foreach (var row in await Table.ReadAsync(after: 0, Token))
        {
            Assert.Equal(CheckpointFault.None, verification.Next(row.Line));
        }

        Assert.Equal(before[2].Hash, verification.Hashes[3]);
        var trail = new AuditVerification(new AuditHead(3, verification.Hashes[3]));
        Assert.All(left, record => Assert.Equal(AuditFault.None, trail.Next(record)));
        await NoteAsync(1);
        Assert.Equal(6, (await Trail.HeadAsync(Token)).Sequence);
    }

    /// <summary>Guards the promise of 180 days from settings, mistakes and silos alike.</summary>
    [Fact]
    public async Task The_database_itself_keeps_what_is_young_or_has_no_checkpoint_at_its_end()
    {
        await NoteAsync(2);
        var (now, _) = (await Table.OldestMonthAsync(Token))!.Value;
        await (await NewAsync()).Checkpointer.WorkAsync(Token);
        await Assert.ThrowsAnyAsync<DbException>(() => Table.ForgetAsync(now, Token));

        await NoteAsync(2);
        foreach (var sql in Backdate(LongAgo, records: 4))
        {
            await AskAsync(sql);
        }

        await Assert.ThrowsAnyAsync<DbException>(() => Table.ForgetAsync(LongAgo, Token));
        Assert.Equal(4, (await Trail.ReadAsync(All, after: 0, Token)).Count);
    }

    private async Task<(AuditCheckpointer Checkpointer, AuditSigner Signer)> NewAsync(
        TimeSpan? period = null, string file = "", int keepDays = 0)
    {
        var options = Options.Create(new SiloOptions
        {
            AuditCheckpointPeriod = period ?? TimeSpan.FromHours(1),
            AuditCheckpointFile = file,
            AuditKeepDays = keepDays,
        });
        var keys = new DataKeys(
            Silo.GetRequiredService<DataKeyTable>(), new MasterKeys(MasterKey.Parse(new string('a', 64)), []),
            TimeProvider.System, NullLogger<DataKeys>.Instance);
        await keys.PrepareAsync(Token);
        var signer = new AuditSigner(Table, new SecretBox(keys));
        var places = new CheckpointPlaces(options);
        var checkpointer = new AuditCheckpointer(
            Trail, Table, signer, places, options, TimeProvider.System, NullLogger<AuditCheckpointer>.Instance);
        return (checkpointer, signer);
    }

    private async Task NoteAsync(int count)
    {
        await Silo.GetRequiredService<IAuditLog>().AppendAsync(
            "silo",
            [
                .. Enumerable.Range(0, count).Select(_ => (
                    $"id-{_entries++:D6}", new AuditNote("plan.replace", "plan/gold", "", "", "{}"))),
            ],
            Token);
        while (await Trail.ChainAsync(Token) > 0)
        {
            // Until nothing waits.
        }
    }
}
