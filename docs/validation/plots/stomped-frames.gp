# gnuplot stomped-frames.gp: when a flow of 100 frames ends beside 100 corrupt ones
set terminal svg size 640,240 dynamic font "sans,12"
set output "stomped-frames.svg"
set style data histograms
set style fill solid 0.8
set ylabel "frame times"
set yrange [0:250]
set grid y
unset key
$times << EOD
"dropped at once" 101
"stomped" 200
EOD
plot $times using 2:xtic(1) lc "#0060ad"
